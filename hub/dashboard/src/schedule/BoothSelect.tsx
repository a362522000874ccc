/** A booth, by the room it stands in. */
import { useQuery } from "@tanstack/react-query";
import { boothsQuery } from "@/api/queries";
import { roomed } from "@/schedule/rooms";
import { t } from "@/text/text";
import { roomsQuery } from "@/wall/queries";

type Field = { id: string; className: string; "aria-describedby"?: string; "aria-invalid"?: true };
type Props = { field: Field; value: string; onChange: (boothId: string) => void };

export function BoothSelect({ field, value, onChange }: Props) {
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  return (
    <select {...field} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{t("book.choose-booth")}</option>
      {roomed(booths, rooms).map(({ room, booths: there }) => (
        <optgroup key={room?.room_id ?? ""} label={room?.name ?? t("schedule.no-room")}>
          {there.map(({ booth_id, name }) => (
            <option key={booth_id} value={booth_id}>
              {name}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
