/** Asks for what an act needs: a reason from the catalogue, a note, minutes, a booth, a time. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { boothsQuery } from "@/api/queries";
import { type Act, FINAL, type Given, WANTS_REASON } from "@/exam-sessions/acts";
import { reasonsQuery } from "@/exam-sessions/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

type Props = {
  act: Act;
  boothId: string | null;
  busy: boolean;
  error: unknown;
  onDo: (given: Given) => void;
  onClose: () => void;
};

const EXTRA_MINUTES = 10;

export function ActDialog({ act, boothId, busy, error, onDo, onClose }: Props) {
  const reasons = (useQuery(reasonsQuery).data?.items ?? []).filter((reason) => reason.actions.includes(act));
  const booths = (useQuery(boothsQuery).data?.items ?? []).filter((booth) => booth.booth_id !== boothId);
  const [code, setCode] = useState("");
  const [note, setNote] = useState("");
  const [minutes, setMinutes] = useState(String(EXTRA_MINUTES));
  const [booth, setBooth] = useState("");
  const [start, setStart] = useState("");
  const [told, setTold] = useState(false);

  const reason = reasons.find((each) => each.code === code);
  const missing = {
    reason: WANTS_REASON.has(act) && !reason ? t("act.reason-needed") : undefined,
    note: reason?.needs_note && !note.trim() ? t("act.note-needed") : undefined,
    booth: act === "move" && !booth ? t("act.booth") : undefined,
    start: act === "reschedule" && !start ? t("act.start-at") : undefined,
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (Object.values(missing).some(Boolean)) return;
    onDo({
      note: note.trim(),
      ...(code ? { reason_code: code } : {}),
      ...(act === "extend" ? { seconds: Math.round(Number(minutes) * 60) } : {}),
      ...(booth ? { booth_id: booth } : {}),
      ...(start ? { scheduled_start: new Date(start).toISOString() } : {}),
    });
  };
  return (
    <Modal
      open
      title={t(`act.${act}`)}
      onOpenChange={(open) => !open && onClose()}
      {...(FINAL.has(act) ? { lead: t("act.final") } : {})}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <Field label={t("act.reason")} error={told ? missing.reason : undefined}>
          {(field) => (
            <select {...field} value={code} onChange={(event) => setCode(event.target.value)}>
              <option value="">{t("act.reason-choose")}</option>
              {reasons.map((each) => (
                <option key={each.code} value={each.code}>
                  {each.text}
                </option>
              ))}
            </select>
          )}
        </Field>
        {act === "extend" && (
          <Field label={t("act.minutes")}>
            {(field) => (
              <input
                {...field}
                type="number"
                min={1}
                max={1440}
                required
                value={minutes}
                onChange={(event) => setMinutes(event.target.value)}
              />
            )}
          </Field>
        )}
        {(act === "move" || act === "reschedule") && (
          <Field label={t("act.booth")} error={told ? missing.booth : undefined}>
            {(field) => (
              <select {...field} value={booth} onChange={(event) => setBooth(event.target.value)}>
                <option value="">{t("act.keep")}</option>
                {booths.map((each) => (
                  <option key={each.booth_id} value={each.booth_id}>
                    {each.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {act === "reschedule" && (
          <Field label={t("act.start-at")} error={told ? missing.start : undefined}>
            {(field) => (
              <input
                {...field}
                type="datetime-local"
                value={start}
                onChange={(event) => setStart(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field label={t("act.note")} error={told ? missing.note : undefined}>
          {(field) => (
            <textarea
              {...field}
              rows={2}
              maxLength={1000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
        {error != null && (
          <p role="alert" className="text-high">
            {describe(error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("act.keep")}
          </Button>
          <Button type="submit" look="ink" disabled={busy}>
            {t(`act.${act}`)}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
