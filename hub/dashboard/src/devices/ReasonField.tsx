/** Why something is done to a device: asked for where there is no way back, and kept for the record. */
import { t } from "@/text/text";
import { Field } from "@/ui/Field";

type Props = { value: string; onChange: (reason: string) => void; hint: string };

export function ReasonField({ value, onChange, hint }: Props) {
  return (
    <Field label={t("device.reason")} hint={hint}>
      {(field) => (
        <input {...field} value={value} maxLength={300} required onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
