/** The dialog in which a candidate is added or changed. */
import { type FormEvent, useState } from "react";
import type { Candidate } from "@/api/types";
import { RULES, ruleName } from "@/candidates/accommodations";
import { type Entered, useSaveCandidate } from "@/candidates/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

export const MOST_EXTRA = 200;

type Props = { candidate?: Candidate; onClose: () => void; onSaved: (candidate: Candidate) => void };

export const isPercent = (text: string) => /^\d{1,3}$/.test(text.trim()) && Number(text) <= MOST_EXTRA;

function Rules({ off, onChange }: { off: readonly string[]; onChange: (off: string[]) => void }) {
  const toggle = (rule: string) => onChange(off.includes(rule) ? off.filter((each) => each !== rule) : [...off, rule]);
  return (
    <fieldset>
      <legend className="font-medium">{t("candidate.rules-off")}</legend>
      <p className="mb-1 text-ink-3 text-xs">{t("candidate.rules-off-hint")}</p>
      <div className="grid grid-cols-2 gap-x-4 sm:grid-cols-3">
        {RULES.map((rule) => (
          <label key={rule} className="flex min-h-7 cursor-pointer items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={off.includes(rule)}
              onChange={() => toggle(rule)}
            />
            {ruleName(rule)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function CandidateForm({ candidate, onClose, onSaved }: Props) {
  const [number, setNumber] = useState(candidate?.number ?? "");
  const [name, setName] = useState(candidate?.name ?? "");
  const [email, setEmail] = useState(candidate?.email ?? "");
  const [extra, setExtra] = useState(String(candidate?.extra_time_percent ?? 0));
  const [off, setOff] = useState<string[]>([...(candidate?.rules_off ?? [])]);
  const [note, setNote] = useState(candidate?.accommodation_note ?? "");
  const [told, setTold] = useState(false);
  const save = useSaveCandidate(candidate?.candidate_id);
  const wrong = {
    number: number.trim() ? undefined : t("candidate.needs-number"),
    name: name.trim() ? undefined : t("candidate.needs-name"),
    email: !email.trim() || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? undefined : t("candidate.bad-email"),
    extra: isPercent(extra) ? undefined : t("candidate.bad-percent"),
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (Object.values(wrong).some(Boolean)) return;
    const body: Entered = {
      number: number.trim(),
      name: name.trim(),
      email: email.trim() || null,
      extra_time_percent: Number(extra),
      rules_off: off,
      accommodation_note: note.trim(),
    };
    save.mutate(body, { onSuccess: onSaved });
  };
  const said = (problem: string | undefined) => (told ? problem : undefined);
  return (
    <Modal
      open
      wide
      title={t(candidate ? "candidate.edit" : "candidate.add")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} noValidate className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("candidates.name")} error={said(wrong.name)}>
            {(field) => (
              <input {...field} value={name} maxLength={160} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <Field label={t("candidates.number")} hint={t("candidate.number-hint")} error={said(wrong.number)}>
            {(field) => (
              <input {...field} value={number} maxLength={60} onChange={(event) => setNumber(event.target.value)} />
            )}
          </Field>
          <Field label={t("candidates.email")} error={said(wrong.email)}>
            {(field) => (
              <input
                {...field}
                type="email"
                value={email}
                maxLength={254}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
          <Field label={t("candidate.extra")} hint={t("candidate.extra-hint")} error={said(wrong.extra)}>
            {(field) => (
              <input {...field} inputMode="numeric" value={extra} onChange={(event) => setExtra(event.target.value)} />
            )}
          </Field>
        </div>
        <Rules off={off} onChange={setOff} />
        <Field label={t("candidate.note")} hint={t("candidate.note-hint")}>
          {(field) => (
            <textarea
              {...field}
              rows={2}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
        {save.error && (
          <p role="alert" className="text-high">
            {describe(save.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("candidate.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={save.isPending}>
            {t("candidate.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
