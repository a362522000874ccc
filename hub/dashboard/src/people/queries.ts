/** What the pages about people ask the hub for. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type User = Schemas["User"];
export type Scope = Schemas["Scope"];
export type Invitation = Schemas["Invitation"];
export type Site = Schemas["Site"];
export type Room = Schemas["Room"];

export const peopleKeys = {
  all: ["people"] as const,
  list: ["people", "list"] as const,
  one: (username: string) => ["people", "one", username] as const,
  signIns: (username: string) => ["people", "one", username, "sign-ins"] as const,
  invitations: ["people", "invitations"] as const,
  tokens: ["people", "tokens"] as const,
};

/** Who is in and who is locked changes while one looks; nobody tells. */
const AGAIN_MS = 30_000;

export const usersQuery = queryOptions({
  queryKey: peopleKeys.list,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/users", { signal })),
  refetchInterval: AGAIN_MS,
});

export function userQuery(username: string) {
  return queryOptions({
    queryKey: peopleKeys.one(username),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/users/{username}", { params: { path: { username } }, signal })),
    refetchInterval: AGAIN_MS,
  });
}

export function signInsQuery(username: string) {
  return queryOptions({
    queryKey: peopleKeys.signIns(username),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/users/{username}/sign-ins", { params: { path: { username } }, signal })),
  });
}

export const invitationsQuery = queryOptions({
  queryKey: peopleKeys.invitations,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/invitations", { signal })),
  refetchInterval: AGAIN_MS,
});

export const tokensQuery = queryOptions({
  queryKey: peopleKeys.tokens,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/tokens", { signal })),
});
