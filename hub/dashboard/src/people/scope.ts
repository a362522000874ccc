/** What is granted to somebody, as a tree: what is ticked, what comes with something above it, and how it is told. */
import type { Booth } from "@/api/types";
import type { Room, Scope, Site } from "@/people/queries";
import { count, t } from "@/text/text";

export type Branch = { site: Site; rooms: { room: Room; booths: Booth[] }[] };
export type Tree = { branches: Branch[]; loose: Booth[] };

const byName = <T extends { name: string }>(a: T, b: T) => a.name.localeCompare(b.name, undefined, { numeric: true });

/** Sites with their rooms and booths, by name; and booths that stand nowhere in particular. */
export function tree(sites: readonly Site[], rooms: readonly Room[], booths: readonly Booth[]): Tree {
  const within = (room: Room) => booths.filter((booth) => booth.room_id === room.room_id).toSorted(byName);
  const known = new Set(rooms.map((room) => room.room_id));
  return {
    branches: sites.toSorted(byName).map((site) => ({
      site,
      rooms: rooms
        .filter((room) => room.site_id === site.site_id)
        .toSorted(byName)
        .map((room) => ({ room, booths: within(room) })),
    })),
    loose: booths.filter((booth) => booth.room_id == null || !known.has(booth.room_id)).toSorted(byName),
  };
}

export type Grant = "sites" | "rooms" | "booths";

/** With this one granted, or not any more. */
export function toggled(scope: Scope, kind: Grant, id: string): Scope {
  const now = scope[kind] ?? [];
  return { ...scope, [kind]: now.includes(id) ? now.filter((each) => each !== id) : [...now, id] };
}

export function same(a: Scope, b: Scope): boolean {
  const told = (scope: Scope) =>
    JSON.stringify([
      scope.everywhere ?? false,
      ...(["sites", "rooms", "booths"] as const).map((kind) => (scope[kind] ?? []).toSorted()),
    ]);
  return told(a) === told(b);
}

/** What ids are called, where that is known. */
export type Names = ReadonlyMap<string, string>;

/** More than this many names, and they are counted. */
const NAMED = 3;

export function namesOf(
  sites: readonly Site[] = [],
  rooms: readonly Room[] = [],
  booths: readonly Booth[] = [],
): Names {
  return new Map([
    ...sites.map((each) => [`sites ${each.site_id}`, each.name] as const),
    ...rooms.map((each) => [`rooms ${each.room_id}`, each.name] as const),
    ...booths.map((each) => [`booths ${each.booth_id}`, each.name] as const),
  ]);
}

/** `Berlin, Room 2`; `1 site, 2 rooms, 3 booths` where they are many; or that it is everything or nothing. */
export function scopeText(scope: Scope, names: Names = new Map()): string {
  if (scope.everywhere) return t("scope.everywhere");
  const called = (["sites", "rooms", "booths"] as const).flatMap((kind) =>
    (scope[kind] ?? []).map((id) => names.get(`${kind} ${id}`)),
  );
  if (called.length > 0 && called.length <= NAMED && called.every((name) => name !== undefined)) {
    return called.join(", ");
  }
  const parts = (["sites", "rooms", "booths"] as const).flatMap((kind) => {
    const granted = scope[kind]?.length ?? 0;
    return granted > 0 ? [count(`scope.${kind}`, granted)] : [];
  });
  return parts.length > 0 ? parts.join(", ") : t("scope.nothing");
}
