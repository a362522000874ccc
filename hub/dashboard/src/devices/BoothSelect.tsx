/** One of the booths of one's scope. */
import { useQuery } from "@tanstack/react-query";
import { boothsQuery } from "@/api/queries";
import { t } from "@/text/text";
import { Field } from "@/ui/Field";

type Props = { value: string; onChange: (boothId: string) => void; error?: string | undefined; hint?: string };

export function BoothSelect({ value, onChange, error, hint }: Props) {
  const booths = useQuery(boothsQuery).data?.items ?? [];
  return (
    <Field label={t("devices.booth")} error={error} {...(hint === undefined ? {} : { hint })}>
      {(field) => (
        <select {...field} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t("device.enrol-choose")}</option>
          {booths.map((booth) => (
            <option key={booth.booth_id} value={booth.booth_id}>
              {booth.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
