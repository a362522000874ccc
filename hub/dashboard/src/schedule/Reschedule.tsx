/** Another time, or another booth, for what has not begun: the fields behind carrying a block, with a reason. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ExamSession } from "@/api/types";
import { useAct } from "@/exam-sessions/acts";
import { reasonsQuery } from "@/exam-sessions/queries";
import { BoothSelect } from "@/schedule/BoothSelect";
import { fromField, toField } from "@/schedule/day";
import { startOfSession } from "@/schedule/layout";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

type Props = { session: ExamSession; boothId?: string; start?: number; onClose: () => void };

/** What it is most of the time. */
const USUAL = "organisation.scheduled_wrongly";

export function Reschedule({ session, boothId, start, onClose }: Props) {
  const reasons = (useQuery(reasonsQuery).data?.items ?? []).filter(({ actions }) => actions.includes("reschedule"));
  const [booth, setBooth] = useState(boothId ?? session.booth_id ?? "");
  const [when, setWhen] = useState(toField(start ?? startOfSession(session)));
  const [code, setCode] = useState(USUAL);
  const [note, setNote] = useState("");
  const [told, setTold] = useState(false);
  const act = useAct(session.exam_session_id);
  const say = useToast();
  const reason = reasons.find((each) => each.code === code);
  const at = fromField(when);
  const wrong = {
    booth: booth ? undefined : t("book.needs-booth"),
    start: Number.isNaN(at) ? t("book.needs-start") : undefined,
    reason: reason ? undefined : t("act.reason-needed"),
    note: reason?.needs_note && !note.trim() ? t("act.note-needed") : undefined,
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (Object.values(wrong).some(Boolean)) return;
    const given = {
      scheduled_start: new Date(at).toISOString(),
      ...(booth === session.booth_id ? {} : { booth_id: booth }),
      reason_code: code,
      note: note.trim(),
    };
    act.mutate(
      { act: "reschedule", given },
      {
        onSuccess: () => {
          say({ text: t("schedule.moved", { name: session.candidate_name }) });
          onClose();
        },
      },
    );
  };
  const said = (problem: string | undefined) => (told ? problem : undefined);
  return (
    <Modal
      open
      title={t("schedule.reschedule", { name: session.candidate_name })}
      lead={session.exam_name}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} noValidate className="flex flex-col gap-4">
        <Field label={t("act.start-at")} error={said(wrong.start)}>
          {(field) => (
            <input {...field} type="datetime-local" value={when} onChange={(event) => setWhen(event.target.value)} />
          )}
        </Field>
        <Field label={t("act.booth")} error={said(wrong.booth)}>
          {(field) => <BoothSelect field={field} value={booth} onChange={setBooth} />}
        </Field>
        <Field label={t("act.reason")} error={said(wrong.reason)}>
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
        <Field label={t("act.note")} error={said(wrong.note)}>
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
        {act.error && (
          <p role="alert" className="text-high">
            {describe(act.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("act.keep")}
          </Button>
          <Button type="submit" look="ink" disabled={act.isPending}>
            {t("act.reschedule")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
