/** Where somebody may, in a few words. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { boothsQuery } from "@/api/queries";
import type { Scope } from "@/people/queries";
import { namesOf, scopeText } from "@/people/scope";
import type { Role } from "@/people/search";
import { t } from "@/text/text";
import { roomsQuery, sitesQuery } from "@/wall/queries";

export function Where({ role, scope }: { role: Role; scope: Scope }) {
  const sites = useQuery(sitesQuery).data?.items;
  const rooms = useQuery(roomsQuery).data?.items;
  const booths = useQuery(boothsQuery).data?.items;
  const names = useMemo(() => namesOf(sites, rooms, booths), [sites, rooms, booths]);
  return role === "admin" ? t("scope.everywhere") : scopeText(scope, names);
}
