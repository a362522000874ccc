/** Booths by the room they stand in, in the order in which people read them: Booth 2 before Booth 10. */
import type { Booth, Room } from "@/api/types";
import type { Where } from "@/schedule/queries";
import { locale } from "@/text/text";

export type Roomed = { room: Room | null; booths: Booth[] };

const order = new Intl.Collator(locale, { numeric: true });

/** Rooms by name; those that stand nowhere come last. Rooms without a booth are left out. */
export function roomed(booths: readonly Booth[], rooms: readonly Room[], where: Where = {}): Roomed[] {
  const fits = (room: Room | null) =>
    (where.room === undefined || room?.room_id === where.room) &&
    (where.site === undefined || room?.site_id === where.site);
  const sorted = [...rooms].sort((one, other) => order.compare(one.name, other.name));
  const known = new Set(rooms.map(({ room_id }) => room_id));
  return [...sorted, null].flatMap((room) => {
    if (!fits(room)) return [];
    const there = booths
      .filter(({ room_id }) => (room ? room_id === room.room_id : !room_id || !known.has(room_id)))
      .sort((one, other) => order.compare(one.name, other.name));
    return there.length > 0 ? [{ room, booths: there }] : [];
  });
}
