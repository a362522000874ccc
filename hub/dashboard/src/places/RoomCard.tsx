/** One room with the booths that stand in it; booths are dropped here. */
import { type ReactNode, useState } from "react";
import type { Booth, Room } from "@/api/types";
import { BoothChip, DRAGGED } from "@/places/BoothChip";
import { count, t } from "@/text/text";

type Props = {
  title: string;
  /** Its id, or null for booths without a room. */
  roomId: string | null;
  booths: Booth[];
  /** Where booths may go; null: this person moves none. */
  rooms: Room[] | null;
  archived?: boolean;
  menu?: ReactNode;
  onMove: (booth: Booth, roomId: string | null) => void;
  onDrop: (boothId: string, roomId: string | null) => void;
};

export function RoomCard({ title, roomId, booths, rooms, archived = false, menu, onMove, onDrop }: Props) {
  const [over, setOver] = useState(false);
  const takes = rooms !== null && !archived;
  const online = booths.filter((booth) => booth.availability === "online").length;
  return (
    <section
      aria-label={title}
      data-room={roomId ?? "none"}
      onDragOver={(event) => {
        if (!takes || !event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const id = event.dataTransfer.getData(DRAGGED);
        if (!takes || !id) return;
        event.preventDefault();
        onDrop(id, roomId);
      }}
      className={`panel flex flex-col gap-2 p-3 ${over ? "border-accent bg-hover" : ""} ${archived ? "border-dashed" : ""}`}
    >
      <div className="flex items-center gap-2">
        <h3 className="min-w-0 truncate font-medium">{title}</h3>
        <span className="tabular flex-1 whitespace-nowrap text-ink-3 text-xs">
          {archived ? t("places.archived") : count("places.booths", booths.length, { online })}
        </span>
        {menu}
      </div>
      {booths.length > 0 ? (
        <ul className="flex flex-col gap-1.5">
          {booths.map((booth) => (
            <BoothChip key={booth.booth_id} booth={booth} rooms={rooms} onMove={onMove} />
          ))}
        </ul>
      ) : (
        <p className="rounded-md border border-line border-dashed px-3 py-3 text-center text-ink-3">
          {t(takes ? "places.drop-here" : "places.room-empty")}
        </p>
      )}
    </section>
  );
}
