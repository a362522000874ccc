/** Which booths a filter of the wall shows. */
import { type Booth, type Room, SEVERITIES } from "@/api/types";
import type { WallFilter } from "@/wall/search";
import { isIn, running } from "@/wall/states";

/** What a person would type to find a booth: its name, its id, who sits in it, which exam. */
function words(booth: Booth): string {
  const session = running(booth);
  const sitting = session ? [session.candidate_name, session.candidate_number, session.exam_name] : [];
  return [booth.name, booth.booth_id, ...sitting].join(" ").toLowerCase();
}

/** A severity shows what is as bad or worse. */
export function shows(filter: WallFilter, booth: Booth, siteOf: ReadonlyMap<string, string>): boolean {
  const { q, site, room, state, severity } = filter;
  if (room !== undefined && booth.room_id !== room) return false;
  if (site !== undefined && (booth.room_id === null || siteOf.get(booth.room_id) !== site)) return false;
  if (state !== undefined && !isIn(booth, state)) return false;
  if (severity !== undefined) {
    if (booth.worst_open === null) return false;
    if (SEVERITIES.indexOf(booth.worst_open) > SEVERITIES.indexOf(severity)) return false;
  }
  if (q === undefined) return true;
  const text = words(booth);
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((part) => text.includes(part));
}

export function sitesOf(rooms: readonly Room[]): ReadonlyMap<string, string> {
  return new Map(rooms.map((room) => [room.room_id, room.site_id]));
}
