/** What a new booth needs: a name, an id that follows from it, a room. */
import { useQuery } from "@tanstack/react-query";
import type { Booth } from "@/api/types";
import { roomsQuery } from "@/places/queries";
import { t } from "@/text/text";
import { Field } from "@/ui/Field";

export type NewBooth = { booth_id: string; name: string; room_id: string };
export type NewBoothFault = { booth_id?: string; name?: string };

const MAX = 40;

/** As topics and certificates take it. */
export function slug(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain
    .replace(/ß/g, "ss")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, MAX);
}

export function newBoothFault(given: NewBooth, booths: Booth[]): NewBoothFault | null {
  const fault: NewBoothFault = {};
  if (!given.name.trim()) fault.name = t("places.name-needed");
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(given.booth_id)) fault.booth_id = t("places.id-needed");
  else if (booths.some((booth) => booth.booth_id === given.booth_id)) fault.booth_id = t("places.id-taken");
  return Object.keys(fault).length > 0 ? fault : null;
}

type Props = { value: NewBooth; onChange: (value: NewBooth) => void; fault: object | null };

export function NewBoothFields({ value, onChange, fault }: Props) {
  const rooms = (useQuery(roomsQuery).data?.items ?? []).filter((room) => !room.archived_at);
  const faults = (fault ?? {}) as NewBoothFault;
  const follows = value.booth_id === slug(value.name);
  return (
    <>
      <Field label={t("places.name")} error={faults.name}>
        {(field) => (
          <input
            {...field}
            value={value.name}
            maxLength={120}
            placeholder={t("places.booth-example")}
            onChange={(event) => {
              const name = event.target.value;
              onChange({ ...value, name, ...(follows ? { booth_id: slug(name) } : {}) });
            }}
          />
        )}
      </Field>
      <Field label={t("places.id")} hint={t("places.id-hint")} error={faults.booth_id}>
        {(field) => (
          <input
            {...field}
            value={value.booth_id}
            maxLength={MAX}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => onChange({ ...value, booth_id: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("places.room")}>
        {(field) => (
          <select
            {...field}
            value={value.room_id}
            onChange={(event) => onChange({ ...value, room_id: event.target.value })}
          >
            <option value="">{t("places.no-room")}</option>
            {rooms.map((room) => (
              <option key={room.room_id} value={room.room_id}>
                {room.name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}
