/** What the address of the list of booths says, and which booths are meant by it. */
import type { Availability, Booth } from "@/api/types";
import { warnings } from "@/booths/warnings";
import { locale } from "@/text/text";
import { parseSort, type Sort, sortText } from "@/ui/SortHead";

export const AVAILABILITIES = ["online", "offline", "stopped", "never_seen"] as const satisfies readonly Availability[];
export const TROUBLES = ["drift", "detectors", "any"] as const;
export type Trouble = (typeof TROUBLES)[number];
const SORTS = ["name", "state", "room", "open", "hour", "heat", "seen"] as const;
export type BoothSort = (typeof SORTS)[number];

export type BoothSearch = {
  q?: string;
  state?: Availability;
  room?: string | undefined;
  trouble?: Trouble;
  sort?: string;
};

export const NO_ROOM = "-";

export function parseBoothSearch(raw: Record<string, unknown>): BoothSearch {
  const state = AVAILABILITIES.find((known) => known === raw.state);
  const trouble = TROUBLES.find((known) => known === raw.trouble);
  const sort = parseSort(raw.sort, SORTS);
  return {
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
    ...(state ? { state } : {}),
    ...(typeof raw.room === "string" && raw.room ? { room: raw.room } : {}),
    ...(trouble ? { trouble } : {}),
    ...(sort ? { sort: sortText(sort) } : {}),
  };
}

export function sortOf(search: BoothSearch): Sort<BoothSort> {
  return parseSort(search.sort, SORTS) ?? { by: "name", down: false };
}

/** The booth does not follow the profile that the hub asks for. Of one that is away nobody can say. */
export function drifts(booth: Booth): boolean {
  return booth.availability === "online" && booth.profile != null && booth.profile !== booth.desired_profile;
}

/** A detector that should look and does not. */
export function blind(booth: Booth): boolean {
  const watched = new Set(booth.health?.detectors.filter((each) => each.state !== "on").map((each) => each.name));
  return warnings(booth).some((warning) => watched.has(warning.key as never));
}

const TROUBLED: Record<Trouble, (booth: Booth) => boolean> = {
  drift: drifts,
  detectors: blind,
  any: (booth) => booth.availability !== "online" || drifts(booth) || warnings(booth).length > 0,
};

export function matching(booths: Booth[], search: BoothSearch): Booth[] {
  const asked = search.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const { state, room, trouble } = search;
  return booths.filter((booth) => {
    const words = `${booth.name} ${booth.booth_id} ${booth.exam_session?.candidate_name ?? ""}`.toLowerCase();
    return (
      asked.every((word) => words.includes(word)) &&
      (!state || booth.availability === state) &&
      (!room || (booth.room_id ?? NO_ROOM) === room) &&
      (!trouble || TROUBLED[trouble](booth))
    );
  });
}

const names = new Intl.Collator(locale, { numeric: true });

export function sorted(booths: Booth[], sort: Sort<BoothSort>, roomName: (id: string | null) => string): Booth[] {
  const order: Record<BoothSort, (a: Booth, b: Booth) => number> = {
    name: () => 0,
    state: (a, b) => AVAILABILITIES.indexOf(b.availability) - AVAILABILITIES.indexOf(a.availability),
    room: (a, b) => names.compare(roomName(a.room_id), roomName(b.room_id)),
    open: (a, b) => b.open_violations - a.open_violations,
    hour: (a, b) => b.violations_last_hour - a.violations_last_hour,
    heat: (a, b) => (b.health?.temperature_c ?? -1) - (a.health?.temperature_c ?? -1),
    seen: (a, b) => Date.parse(b.last_seen_at ?? "1970") - Date.parse(a.last_seen_at ?? "1970"),
  };
  const sign = sort.down ? -1 : 1;
  return booths.toSorted((a, b) => {
    const first = order[sort.by](a, b);
    if (first) return sign * first;
    return (sort.by === "name" ? sign : 1) * names.compare(a.name, b.name);
  });
}
