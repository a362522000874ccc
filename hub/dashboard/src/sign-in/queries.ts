/** What the doors ask the hub for, before anybody is signed in. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

export const optionsQuery = queryOptions({
  queryKey: ["sign-in-options"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/sign-in/options", { signal })),
  staleTime: 60_000,
});

/** A token goes in a body, never in an address; nor does it name the answer it gets. */
export function invitationQuery(token: string) {
  return queryOptions({
    queryKey: ["invitation-link", token],
    queryFn: ({ signal }) => ask(api.POST("/api/v1/invitations/look", { body: { token }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
}

export function resetQuery(token: string) {
  return queryOptions({
    queryKey: ["reset-link", token],
    queryFn: ({ signal }) => ask(api.POST("/api/v1/password-reset/look", { body: { token }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
}
