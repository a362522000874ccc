/** One of the booths of one's scope. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { boothsQuery } from "@/api/queries";
import { t } from "@/text/text";
import { Field } from "@/ui/Field";

type Props = {
  value: string;
  onChange: (boothId: string) => void;
  error?: string | undefined;
  hint?: string;
  /** Options before the booths. */
  children?: ReactNode;
};

export function BoothSelect({ value, onChange, error, hint, children }: Props) {
  const booths = useQuery(boothsQuery).data?.items ?? [];
  return (
    <Field label={t("devices.booth")} error={error} {...(hint === undefined ? {} : { hint })}>
      {(field) => (
        <select {...field} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t("device.enrol-choose")}</option>
          {children}
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
