/** The dialog in which an exam session is made: exam, candidate, booth, start. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import type { Candidate } from "@/api/types";
import { candidateQuery } from "@/candidates/queries";
import { BoothSelect } from "@/schedule/BoothSelect";
import { CandidatePicker } from "@/schedule/CandidatePicker";
import { addDays, fromField, startOf, textOf, toField } from "@/schedule/day";
import { FreeTimes } from "@/schedule/FreeTimes";
import { examsToChooseQuery, useBook, type Where } from "@/schedule/queries";
import { t } from "@/text/text";
import { duration } from "@/time/format";
import { hubNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

/** What is known already, from where the form was opened. */
export type Draft = { boothId?: string; start: number; candidateId?: string };
type Props = { draft: Draft; where: Where; onClose: () => void };

export function BookForm({ draft, where, onClose }: Props) {
  const exams = useQuery(examsToChooseQuery).data ?? [];
  const known = useQuery({ ...candidateQuery(draft.candidateId ?? ""), enabled: draft.candidateId !== undefined });
  const [exam, setExam] = useState("");
  const [candidate, setCandidate] = useState<Candidate | null>(null);
  const [booth, setBooth] = useState(draft.boothId ?? "");
  const [start, setStart] = useState(toField(draft.start));
  const [practice, setPractice] = useState(false);
  const [told, setTold] = useState(false);
  const book = useBook();
  const say = useToast();
  useEffect(() => {
    if (known.data) setCandidate(known.data);
  }, [known.data]);

  const chosen = exams.find(({ exam_id }) => exam_id === exam) ?? (exams.length === 1 ? exams[0] : undefined);
  const at = fromField(start);
  const wrong = {
    exam: chosen ? undefined : t("book.needs-exam"),
    candidate: candidate ? undefined : t("book.needs-candidate"),
    booth: booth ? undefined : t("book.needs-booth"),
    start: Number.isNaN(at) ? t("book.needs-start") : undefined,
  };
  const said = (problem: string | undefined) => (told ? problem : undefined);
  const send = (then: () => void) => {
    setTold(true);
    if (!chosen || !candidate || Object.values(wrong).some(Boolean)) return;
    const body = {
      exam_id: chosen.exam_id,
      candidate_id: candidate.candidate_id,
      booth_id: booth,
      scheduled_start: new Date(at).toISOString(),
      practice,
    };
    book.mutate(body, {
      onSuccess: () => {
        say({ text: t("book.done", { name: candidate.name }) });
        then();
      },
    });
  };
  const day = Number.isNaN(at) ? textOf(new Date(draft.start)) : textOf(new Date(at));
  const length = chosen && chosen.duration_s * (1 + (candidate?.extra_time_percent ?? 0) / 100) * 1000;
  return (
    <Modal open wide title={t("book.title")} onOpenChange={(open) => !open && onClose()}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          send(onClose);
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("exam-sessions.candidate")} error={said(wrong.candidate)}>
            {(field) => <CandidatePicker field={field} value={candidate} onChange={setCandidate} />}
          </Field>
          <Field
            label={t("exam-sessions.exam")}
            error={said(wrong.exam)}
            {...(length ? { hint: t("book.length", { duration: duration(length) }) } : {})}
          >
            {(field) => (
              <select {...field} value={chosen?.exam_id ?? ""} onChange={(event) => setExam(event.target.value)}>
                <option value="">{t("book.choose-exam")}</option>
                {exams.map(({ exam_id, name }) => (
                  <option key={exam_id} value={exam_id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t("exam-sessions.booth")} error={said(wrong.booth)}>
            {(field) => <BoothSelect field={field} value={booth} onChange={setBooth} />}
          </Field>
          <Field label={t("book.start")} error={said(wrong.start)}>
            {(field) => (
              <input
                {...field}
                type="datetime-local"
                value={start}
                step={60}
                onChange={(event) => setStart(event.target.value)}
              />
            )}
          </Field>
        </div>
        {chosen && (
          <FreeTimes
            exam={chosen.exam_id}
            candidate={candidate?.candidate_id ?? null}
            // Not before now, to the minute: the answer stays the same for as long.
            from={new Date(Math.max(startOf(day).getTime(), Math.floor(hubNow() / 60_000) * 60_000))}
            to={startOf(addDays(day, 1))}
            where={where}
            onTake={(boothId, first) => {
              setBooth(boothId);
              setStart(toField(first));
            }}
          />
        )}
        <label className="flex min-h-6 cursor-pointer items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={practice}
            onChange={(event) => setPractice(event.target.checked)}
          />
          {t("book.practice")}
        </label>
        {book.error && (
          <p role="alert" className="text-high">
            {describe(book.error)}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("candidate.cancel")}
          </Button>
          <Button
            disabled={book.isPending}
            onClick={() =>
              send(() => {
                setCandidate(null);
                setTold(false);
              })
            }
          >
            {t("book.and-next")}
          </Button>
          <Button type="submit" look="ink" disabled={book.isPending}>
            {t("book.act")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
