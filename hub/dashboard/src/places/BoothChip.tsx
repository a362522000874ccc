/** A booth in its room: drag it to another one, or open its menu and choose there. */
import { Link } from "@tanstack/react-router";
import { Check, GraduationCap, MoveRight } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { Booth, Room } from "@/api/types";
import { AvailabilityChip } from "@/booths/Availability";
import { named, t } from "@/text/text";

export const DRAGGED = "application/x-invigil-booth";

type Props = { booth: Booth; rooms: Room[] | null; onMove: (booth: Booth, roomId: string | null) => void };

export function BoothChip({ booth, rooms, onMove }: Props) {
  const sitting = booth.exam_session;
  const on = sitting && !["scheduled", "completed", "terminated", "cancelled", "no_show"].includes(sitting.state);
  return (
    <li
      draggable={rooms !== null}
      data-booth={booth.booth_id}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, booth.booth_id);
        event.dataTransfer.effectAllowed = "move";
      }}
      className={`flex min-h-9 items-center gap-2 rounded-md border border-line bg-ground py-1 pr-1 pl-2.5 ${rooms ? "cursor-grab active:cursor-grabbing" : ""}`}
    >
      <Link
        to="/booths/$boothId"
        params={{ boothId: booth.booth_id }}
        draggable={false}
        className="min-w-0 truncate font-medium underline-offset-2 hover:underline"
      >
        {booth.name}
      </Link>
      {on && (
        <span title={named("sitting", sitting.state)} className="inline-flex text-ink-2">
          <GraduationCap size={14} aria-label={named("sitting", sitting.state)} role="img" />
        </span>
      )}
      <span className="ml-auto">
        <AvailabilityChip booth={booth} since={false} />
      </span>
      {rooms && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger
            aria-label={t("places.move", { booth: booth.name })}
            className="grid size-7 shrink-0 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
          >
            <MoveRight size={15} aria-hidden="true" />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content align="end" sideOffset={4} className="menu">
              <DropdownMenu.Label className="px-2 py-1 text-ink-3 text-xs">{t("places.move-to")}</DropdownMenu.Label>
              <DropdownMenu.RadioGroup
                value={booth.room_id ?? ""}
                onValueChange={(roomId) => onMove(booth, roomId || null)}
              >
                {rooms.map((room) => (
                  <DropdownMenu.RadioItem key={room.room_id} value={room.room_id} className="menu-item">
                    {room.name}
                    <DropdownMenu.ItemIndicator className="ml-auto">
                      <Check size={14} />
                    </DropdownMenu.ItemIndicator>
                  </DropdownMenu.RadioItem>
                ))}
                <DropdownMenu.RadioItem value="" className="menu-item">
                  {t("places.no-room")}
                </DropdownMenu.RadioItem>
              </DropdownMenu.RadioGroup>
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </li>
  );
}
