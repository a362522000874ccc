/** What the pages of rule profiles ask the hub for. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import type { Profile } from "@/profiles/rules";

type Schemas = components["schemas"];

export const profileKeys = {
  all: ["profiles"] as const,
  list: (archived: boolean) => ["profiles", "list", archived] as const,
  one: (name: string) => ["profiles", "one", name] as const,
  versions: (name: string) => ["profiles", "one", name, "versions"] as const,
};

const path = (name: string) => ({ params: { path: { name } } });

export function profilesQuery(archived = false) {
  return queryOptions({
    queryKey: profileKeys.list(archived),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/profiles", { params: { query: { archived } }, signal })),
  });
}

export function profileQuery(name: string) {
  return queryOptions({
    queryKey: profileKeys.one(name),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/profiles/{name}", { ...path(name), signal })),
  });
}

export function versionsQuery(name: string) {
  return queryOptions({
    queryKey: profileKeys.versions(name),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/profiles/{name}/versions", { ...path(name), signal })),
  });
}

export const makeProfile = (body: Schemas["CreateProfileRequest"]) => ask(api.POST("/api/v1/profiles", { body }));

export const changeProfile = (name: string, body: Schemas["ChangeProfileRequest"]) =>
  ask(api.PATCH("/api/v1/profiles/{name}", { ...path(name), body }));

/** After a change of this profile: it is shown at once, and everything about profiles is asked for anew. */
export function keepProfile(client: QueryClient, profile: Profile): void {
  client.setQueryData(profileKeys.one(profile.name), profile);
  void client.invalidateQueries({ queryKey: profileKeys.all });
}
