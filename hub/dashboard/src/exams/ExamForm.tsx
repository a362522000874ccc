/** Everything an exam says, to change; beside it what candidates see of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { ASKED, type ExamForm as Form, OWN, RECORDED, type Switch, wrongOf } from "@/exams/form";
import { NoticePreview } from "@/exams/NoticePreview";
import type { Exam } from "@/exams/queries";
import { profilesQuery } from "@/profiles/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { Field } from "@/ui/Field";
import { describe } from "@/ui/Notice";

type Props = {
  /** That is changed, or from which a new one takes its values. */
  exam: Exam | undefined;
  begin: Form;
  disabled: boolean;
  busy: boolean;
  error: unknown;
  /** What the button says. */
  act: string;
  onSend: (form: Form) => void;
  onDirty: (dirty: boolean) => void;
  isNew: boolean;
};

const NOTICE_MAX = 8000;

function Tick(props: { name: Switch; checked: boolean; disabled: boolean; onChange: (on: boolean) => void }) {
  const { name, checked, disabled, onChange } = props;
  const id = useId();
  return (
    <label className="flex cursor-pointer items-start gap-3 py-2">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={`${id}-told`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span>
        <span className="font-medium">{t(`exam.${name}`)}</span>
        <span id={`${id}-told`} className="block text-ink-3 text-xs">
          {t(`exam.${name}-hint`)}
        </span>
      </span>
    </label>
  );
}

function Ticks({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-ink-3 text-xs">{title}</legend>
      {children}
    </fieldset>
  );
}

export function ExamForm({ exam, begin, disabled, busy, error, act, onSend, onDirty, isNew }: Props) {
  const [form, setForm] = useState(begin);
  const [told, setTold] = useState(false);
  const profiles = useQuery(profilesQuery()).data?.items ?? [];
  const wrong = wrongOf(form);
  const dirty = JSON.stringify(form) !== JSON.stringify(begin);
  const set = (change: Partial<Form>) => {
    const next = { ...form, ...change };
    setForm(next);
    onDirty(JSON.stringify(next) !== JSON.stringify(begin));
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (Object.keys(wrong).length === 0 && !busy) onSend(form);
  };
  const chosen = profiles.find((each) => each.name === form.profile);
  const tick = (name: Switch) => (
    <Tick key={name} name={name} checked={form[name]} disabled={disabled} onChange={(on) => set({ [name]: on })} />
  );
  const reworded = !isNew && exam && form.notice !== exam.notice;
  return (
    <form onSubmit={send} className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="flex flex-col gap-4">
        <Section title={t("exam.general")}>
          <div className="mt-2 flex flex-col gap-4">
            <Field label={t("exam.name")} hint={t("exam.name-hint")} error={told ? wrong.name : undefined}>
              {(field) => (
                <input
                  {...field}
                  value={form.name}
                  maxLength={160}
                  disabled={disabled}
                  onChange={(event) => set({ name: event.target.value })}
                />
              )}
            </Field>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field
                label={`${t("exam.duration")} (${t("exam.duration-unit")})`}
                hint={t("exam.duration-hint")}
                error={told ? wrong.minutes : undefined}
              >
                {(field) => (
                  <input
                    {...field}
                    inputMode="decimal"
                    value={form.minutes}
                    disabled={disabled}
                    onChange={(event) => set({ minutes: event.target.value })}
                    className={`${field.className} tabular`}
                  />
                )}
              </Field>
              <div>
                <Field label={t("exam.profile")} hint={t("exam.profile-hint")}>
                  {(field) => (
                    <select
                      {...field}
                      value={form.profile}
                      disabled={disabled}
                      onChange={(event) => set({ profile: event.target.value })}
                    >
                      {exam?.profile_document && (
                        <option value={OWN}>{t("exam.profile-own", { name: exam.profile })}</option>
                      )}
                      {!chosen && form.profile !== OWN && <option value={form.profile}>{form.profile}</option>}
                      {profiles.map((each) => (
                        <option key={each.name} value={each.name}>
                          {each.name}
                        </option>
                      ))}
                    </select>
                  )}
                </Field>
                {chosen && (
                  <p className="mt-1 text-xs">
                    {chosen.description && <span className="text-ink-2">{chosen.description} </span>}
                    <Link
                      to="/profiles/$name"
                      params={{ name: chosen.name }}
                      className="underline underline-offset-2 hover:text-ink"
                    >
                      {t("exam.profile-open")}
                    </Link>
                  </p>
                )}
              </div>
            </div>
          </div>
        </Section>
        <div className="panel flex flex-col gap-4 p-4">
          <Ticks title={t("exam.check-in")}>{ASKED.map(tick)}</Ticks>
          <Ticks title={t("exam.during")}>{RECORDED.map(tick)}</Ticks>
          <Ticks title={t("exam.after")}>{tick("second_review")}</Ticks>
        </div>
      </div>
      <Section title={t("exam.notice")}>
        <div className="mt-2 flex flex-col gap-4">
          <Field
            label={t("exams.notice")}
            hint={
              reworded
                ? t("exam.notice-new", { version: exam.notice_version + 1 })
                : form.notice.trim()
                  ? t("exam.notice-hint")
                  : `${t("exam.notice-empty")} ${t("exam.notice-hint")}`
            }
          >
            {(field) => (
              <textarea
                {...field}
                rows={9}
                maxLength={NOTICE_MAX}
                value={form.notice}
                disabled={disabled}
                placeholder={t("exam.notice-placeholder")}
                onChange={(event) => set({ notice: event.target.value })}
              />
            )}
          </Field>
          <div>
            <h3 className="mb-1 font-medium text-ink-3 text-xs">{t("exam.preview")}</h3>
            <NoticePreview text={form.notice} exam={form.name} />
          </div>
        </div>
      </Section>
      {!disabled && (dirty || isNew) && (
        <div className="panel sticky bottom-16 z-20 flex flex-wrap items-center justify-end gap-2 border-line-strong px-4 py-3 md:bottom-3 xl:col-span-2">
          {error != null && (
            <p role="alert" className="mr-auto text-high">
              {describe(error)}
            </p>
          )}
          {told && Object.keys(wrong).length > 0 && (
            <p role="alert" className="mr-auto text-high">
              {Object.values(wrong).join(" ")}
            </p>
          )}
          {!isNew && (
            <Button
              look="bare"
              onClick={() => {
                setForm(begin);
                onDirty(false);
              }}
            >
              {t("exam.discard")}
            </Button>
          )}
          <Button type="submit" look="ink" disabled={busy}>
            {busy ? t("exam.saving") : act}
          </Button>
        </div>
      )}
    </form>
  );
}
