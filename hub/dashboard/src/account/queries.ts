/** What one's own account asks the hub for. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type SignIn = Schemas["SignInView"];
export type ApiToken = Schemas["ApiToken"];
export type RoleView = Schemas["RoleView"];
export type SecondFactorState = Schemas["SecondFactorState"];
export type SecondFactorBegun = Schemas["SecondFactorBegun"];

export const accountKeys = {
  signIns: ["me", "sign-ins"] as const,
  secondFactor: ["me", "second-factor"] as const,
  tokens: ["me", "tokens"] as const,
};

export const mySignInsQuery = queryOptions({
  queryKey: accountKeys.signIns,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/me/sign-ins", { signal })),
});

export const secondFactorQuery = queryOptions({
  queryKey: accountKeys.secondFactor,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/me/totp", { signal })),
});

export const myTokensQuery = queryOptions({
  queryKey: accountKeys.tokens,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/me/tokens", { signal })),
});

export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/roles", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
