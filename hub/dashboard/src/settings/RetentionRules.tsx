/** How many days each class of data is kept, in general and for single exams. Saving shows first what it lets go. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { examsToChooseQuery } from "@/schedule/queries";
import { goes } from "@/settings/PreviewTable";
import {
  DATA_CLASSES,
  type DataClass,
  type Policy,
  policyQuery,
  retentionKeys,
  tryPolicyQuery,
} from "@/settings/queries";
import { t } from "@/text/text";
import { bytes, number } from "@/time/format";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { Confirm } from "@/ui/Confirm";
import { INPUT } from "@/ui/Field";
import { Failure } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

const MOST_DAYS = 36_500;
const USUAL_DAYS = "365";
/** What stands in a field: digits, or `NEVER`. Nothing is as in general for one exam, and unfinished in general. */
type Days = Record<string, string>;
type Draft = { hour: number; days: Days; exams: { exam_id: string; days: Days }[] };
const NEVER = t("retention.never");

const written = (days: Partial<Record<string, number | null>>): Days =>
  Object.fromEntries(Object.entries(days).map(([name, value]) => [name, value == null ? NEVER : String(value)]));

export const draftOf = ({ hour, days, exams }: Policy): Draft => ({
  hour,
  days: written(days),
  exams: exams.map((each) => ({ exam_id: each.exam_id, days: written(each.days) })),
});

const isNever = (text: string) => text.toLowerCase() === NEVER.toLowerCase();
const valid = (text: string) =>
  isNever(text) || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_DAYS);

export function policyOf({ hour, days, exams }: Draft): Policy {
  const kept = ([name, text]: [string, string]) => [name, isNever(text) ? null : Number(text)];
  return {
    hour,
    days: Object.fromEntries(Object.entries(days).map(kept)),
    exams: exams.flatMap(({ exam_id, days: own }) => {
      const said = Object.entries(own).filter(([, text]) => text !== "");
      return said.length > 0 ? [{ exam_id, days: Object.fromEntries(said.map(kept)) }] : [];
    }),
  };
}

type RowProps = {
  name: DataClass;
  value: string;
  disabled: boolean;
  onChange: (text: string) => void;
};

function ClassRow({ name, value, disabled, onChange }: RowProps) {
  const id = `keep-${name}`;
  return (
    <tr className="group/row">
      <th scope="row" className="border-line border-b px-4 py-2.5 text-left align-top font-normal">
        <label htmlFor={id} className="font-medium">
          {t(`retention.class-${name}`)}
        </label>
        <span className="block text-ink-3 text-xs">{t(`retention.class-${name}-detail`)}</span>
      </th>
      <td className="border-line border-b px-4 py-2.5 align-top">
        <span className="flex items-center gap-2">
          <input
            id={id}
            inputMode="numeric"
            disabled={disabled || isNever(value)}
            value={isNever(value) ? "" : value}
            aria-invalid={valid(value) ? undefined : true}
            onChange={(event) => onChange(event.target.value.trim())}
            className={`${INPUT} tabular w-20! text-right disabled:opacity-60`}
          />
          <span className="text-ink-2">{t("retention.days")}</span>
        </span>
        {!valid(value) && <p className="mt-1 text-high text-xs">{t("retention.bad-days")}</p>}
      </td>
      <td className="whitespace-nowrap border-line border-b px-4 py-2.5 align-top">
        <label className="inline-flex min-h-8 cursor-pointer items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            disabled={disabled}
            checked={isNever(value)}
            onChange={(event) => onChange(event.target.checked ? NEVER : USUAL_DAYS)}
          />
          {t("retention.for-ever")}
        </label>
      </td>
    </tr>
  );
}

type ExamsProps = { draft: Draft; disabled: boolean; onChange: (draft: Draft) => void };

function ExamRules({ draft, disabled, onChange }: ExamsProps) {
  const all = useQuery(examsToChooseQuery).data ?? [];
  const named = (id: string) => all.find(({ exam_id }) => exam_id === id)?.name ?? id;
  const own = DATA_CLASSES.filter((name) => name !== "audit");
  const set = (exam_id: string, days: Days) =>
    onChange({ ...draft, exams: draft.exams.map((each) => (each.exam_id === exam_id ? { exam_id, days } : each)) });
  return (
    <section className="panel p-4">
      <h2 className="font-semibold">{t("retention.exams")}</h2>
      <p className="mb-3 text-ink-2">{t("retention.exams-detail")}</p>
      <ul className="flex flex-col gap-4">
        {draft.exams.map(({ exam_id, days }) => (
          <li key={exam_id}>
            <fieldset className="rounded-md border border-line p-3" disabled={disabled}>
              <legend className="flex items-center gap-2 px-1 font-medium">
                {named(exam_id)}
                <button
                  type="button"
                  aria-label={t("retention.exam-remove", { exam: named(exam_id) })}
                  onClick={() => onChange({ ...draft, exams: draft.exams.filter((each) => each.exam_id !== exam_id) })}
                  className="grid size-6 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
                >
                  <X size={14} />
                </button>
              </legend>
              <div className="flex flex-wrap gap-3">
                {own.map((name) => (
                  <label key={name} className="flex w-36 flex-col gap-1 text-xs">
                    {t(`retention.class-${name}`)}
                    <input
                      placeholder={draft.days[name] ?? ""}
                      title={t("retention.exam-days-hint")}
                      value={days[name] ?? ""}
                      aria-invalid={!days[name] || valid(days[name]) ? undefined : true}
                      onChange={(event) => set(exam_id, { ...days, [name]: event.target.value.trim() })}
                      className={`${INPUT} tabular text-sm`}
                    />
                  </label>
                ))}
              </div>
            </fieldset>
          </li>
        ))}
      </ul>
      {!disabled && (
        <div className="mt-3">
          <Choose
            label={t("retention.exam-add")}
            any={t("retention.exam-add")}
            value={undefined}
            choices={all
              .filter(({ exam_id }) => !draft.exams.some((each) => each.exam_id === exam_id))
              .map(({ exam_id, name }) => ({ value: exam_id, label: name }))}
            onChange={(exam_id) => exam_id && onChange({ ...draft, exams: [...draft.exams, { exam_id, days: {} }] })}
          />
        </div>
      )}
    </section>
  );
}

/** What the new rules would let go with the next run, before they hold. */
function Save({ policy, onClose, onSaved }: { policy: Policy; onClose: () => void; onSaved: () => void }) {
  const client = useQueryClient();
  const preview = useQuery(tryPolicyQuery(policy));
  const save = useMutation({
    mutationFn: () => ask(api.PUT("/api/v1/retention", { body: policy })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: retentionKeys.all });
      onSaved();
    },
  });
  const due = preview.data?.items.filter(({ files, rows }) => files + rows > 0) ?? [];
  return (
    <Confirm
      title={t("retention.save-title")}
      lead={t("retention.save-lead")}
      act={t("retention.save")}
      busy={save.isPending}
      error={save.error ?? preview.error}
      blocked={!preview.data}
      onDo={() => save.mutate()}
      onClose={onClose}
    >
      {!preview.data ? (
        <p role="status" className="text-ink-2">
          {t("retention.trying")}
        </p>
      ) : goes(preview.data) === 0 ? (
        <p>{t("retention.save-nothing")}</p>
      ) : (
        <ul className="rounded-md border border-line-strong bg-sunken px-3 py-2">
          {due.map(({ data_class, files, rows, size_bytes }) => (
            <li key={data_class} className="flex justify-between gap-4">
              <span>{t(`retention.class-${data_class}`)}</span>
              <span className="tabular">
                {number(files + rows)} · {bytes(size_bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Confirm>
  );
}

export function RetentionRules({ manages }: { manages: boolean }) {
  const query = useQuery(policyQuery);
  const [changed, setChanged] = useState<Draft | null>(null);
  const [saving, setSaving] = useState<Policy | null>(null);
  const say = useToast();
  if (!query.data && query.error) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data)
    return (
      <>
        <Loading />
        <Skeleton className="h-96 w-full rounded-lg" />
      </>
    );
  const draft = changed ?? draftOf(query.data);
  const fine =
    Object.values(draft.days).every(valid) &&
    draft.exams.every(({ days }) => Object.values(days).every((text) => text === "" || valid(text)));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (fine) setSaving(policyOf(draft));
      }}
    >
      <div className="panel overflow-x-auto">
        <table className="w-full border-separate border-spacing-0" aria-label={t("retention.tab-rules")}>
          <thead className="sr-only">
            <tr>
              <th scope="col">{t("retention.class")}</th>
              <th scope="col">{t("retention.days")}</th>
              <th scope="col">{t("retention.for-ever")}</th>
            </tr>
          </thead>
          <tbody>
            {DATA_CLASSES.map((name) => (
              <ClassRow
                key={name}
                name={name}
                value={draft.days[name] ?? ""}
                disabled={!manages}
                onChange={(text) => setChanged({ ...draft, days: { ...draft.days, [name]: text } })}
              />
            ))}
          </tbody>
        </table>
        <label className="flex flex-wrap items-center gap-2 px-4 py-3">
          <span className="font-medium">{t("retention.hour")}</span>
          <select
            disabled={!manages}
            value={draft.hour}
            onChange={(event) => setChanged({ ...draft, hour: Number(event.target.value) })}
            className={`${INPUT} w-24!`}
          >
            {Array.from({ length: 24 }, (_, hour) => (
              <option key={String(hour)} value={hour}>
                {String(hour).padStart(2, "0")}:00
              </option>
            ))}
          </select>
          <span className="text-ink-3 text-xs">{t("retention.hour-detail")}</span>
        </label>
      </div>
      <ExamRules draft={draft} disabled={!manages} onChange={setChanged} />
      {manages && changed && (
        <div className="panel sticky bottom-4 flex flex-wrap items-center justify-end gap-2 border-line-strong p-3">
          <p className="mr-auto text-ink-2">{t("retention.unsaved")}</p>
          <Button look="bare" onClick={() => setChanged(null)}>
            {t("retention.discard")}
          </Button>
          <Button type="submit" look="ink" disabled={!fine}>
            {t("retention.save-look")}
          </Button>
        </div>
      )}
      {saving && (
        <Save
          policy={saving}
          onClose={() => setSaving(null)}
          onSaved={() => {
            say({ text: t("retention.saved") });
            setSaving(null);
            setChanged(null);
          }}
        />
      )}
    </form>
  );
}
