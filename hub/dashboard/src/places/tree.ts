/** Sites with their rooms with their booths, as the page shows them. */
import type { Booth, Room, Site } from "@/api/types";
import { locale } from "@/text/text";

export type RoomNode = { room: Room; booths: Booth[] };
export type SiteNode = { site: Site; rooms: RoomNode[] };
export type Tree = { sites: SiteNode[]; homeless: Booth[] };

const names = new Intl.Collator(locale, { numeric: true });
const byName = <Named extends { name: string }>(items: readonly Named[]) =>
  items.toSorted((a, b) => names.compare(a.name, b.name));

/** `q` keeps booths whose name has it, and rooms and sites whose own name has it, whole. */
export function treeOf(sites: Site[], rooms: Room[], booths: Booth[], q = "", archived = false): Tree {
  const asked = q.trim().toLowerCase();
  const has = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(asked));
  const seen = (place: { archived_at?: string | null }) => archived || !place.archived_at;
  const known = new Set(rooms.map((room) => room.room_id));
  const found = byName(sites.filter(seen)).flatMap((site): SiteNode[] => {
    const whole = has(site.name, site.site_id);
    const inside = byName(rooms.filter((room) => room.site_id === site.site_id && seen(room))).flatMap(
      (room): RoomNode[] => {
        const there = byName(booths.filter((booth) => booth.room_id === room.room_id));
        if (whole || has(room.name, room.room_id)) return [{ room, booths: there }];
        const some = there.filter((booth) => has(booth.name, booth.booth_id));
        return some.length > 0 ? [{ room, booths: some }] : [];
      },
    );
    return whole || inside.length > 0 ? [{ site, rooms: inside }] : [];
  });
  const homeless = byName(booths.filter((booth) => !booth.room_id || !known.has(booth.room_id)));
  return { sites: found, homeless: homeless.filter((booth) => has(booth.name, booth.booth_id)) };
}
