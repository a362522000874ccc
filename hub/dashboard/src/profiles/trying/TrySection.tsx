/** Try the values on the page on a clip before anybody is judged by them: which clip, against what, and by whom. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { boothsQuery } from "@/api/queries";
import { profilesQuery } from "@/profiles/queries";
import type { Profile, Rules } from "@/profiles/rules";
import { TryResult } from "@/profiles/trying/TryResult";
import {
  type Begun,
  BYTES_MAX,
  begin,
  ended,
  idle,
  type Sent,
  type Tried,
  TYPES,
  tryQuery,
} from "@/profiles/trying/tries";
import { t } from "@/text/text";
import { bytes, number } from "@/time/format";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { Field } from "@/ui/Field";
import { describe } from "@/ui/Notice";

type Props = {
  profile: Profile;
  /** As they stand on the page. */
  rules: Rules;
  dirty: boolean;
  /** Whether a value cannot be saved, nor tried. */
  wrong: boolean;
};

const versioned = ({ name, version, rules }: Profile): Tried => ({
  title: t("trying.version", { name, version }),
  name,
  version,
  rules,
});

/** What may stand beside it, what is most likely wanted first: itself as it is saved, what it came from, the others. */
function others(profile: Profile, all: readonly Profile[], dirty: boolean): Tried[] {
  const rest = all.filter(({ name }) => name !== profile.name);
  const base = rest.filter(({ built_in, name }) => built_in && name === profile.based_on);
  return [...(dirty ? [profile] : []), ...base, ...rest.filter((each) => !base.includes(each))].map(versioned);
}

function fault(file: File | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (!TYPES.includes(file.type)) return t("trying.wrong-type");
  if (file.size === 0) return t("trying.empty");
  return file.size > BYTES_MAX ? t("trying.too-large", { size: bytes(file.size), most: bytes(BYTES_MAX) }) : undefined;
}

export function TrySection({ profile, rules, dirty, wrong }: Props) {
  const booths = useQuery(boothsQuery);
  const all = useQuery(profilesQuery()).data?.items ?? [];
  const [file, setFile] = useState<File>();
  const [boothId, setBoothId] = useState<string>();
  const [beside, setBeside] = useState<string>();
  const [sent, setSent] = useState<Sent>();
  const [begun, setBegun] = useState<Begun>();
  const free = booths.data?.items.filter(idle) ?? [];
  const booth = free.find((each) => each.booth_id === boothId) ?? free[0];
  const choices = others(profile, all, dirty);
  const other = choices.find(({ title }) => title === beside) ?? (beside === "" ? undefined : choices[0]);
  const own: Tried = dirty
    ? { title: t("trying.unsaved", { name: profile.name }), name: profile.name, version: profile.version + 1, rules }
    : versioned(profile);
  const start = useMutation({
    mutationFn: async () => {
      if (!file || !booth) throw new Error("nothing to try");
      const tried = other ? [own, other] : [own];
      setBegun(undefined);
      const clip = await begin(file, sent, booth.booth_id, tried, setSent);
      setBegun({
        ...clip,
        boothId: booth.booth_id,
        boothName: booth.name,
        tried,
        number: Date.now(),
      });
    },
  });
  const asked = useQuery(tryQuery(begun));
  const running = start.isPending || (begun !== undefined && !asked.error && !ended(asked.data?.state));
  const told = fault(file);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (file && booth && !told && !wrong && !running) start.mutate();
  };
  const error = start.error ?? asked.error;
  const failed = asked.data?.state === "failed" ? asked.data.reason : undefined;
  const stale = begun?.tried[0] !== undefined && begun.tried[0].rules !== rules;
  return (
    <Section title={t("trying.title")}>
      <p className="mb-3 max-w-prose text-pretty text-ink-2">{t("trying.lead")}</p>
      <form onSubmit={send} className="flex flex-col gap-3">
        <div className="grid gap-3 md:grid-cols-3">
          <Field label={t("trying.file")} hint={t("trying.file-hint", { most: bytes(BYTES_MAX) })} error={told}>
            {(field) => (
              <input
                {...field}
                className={`${field.className} file:-ml-1 file:mr-3 file:rounded-sm file:bg-hover file:px-2`}
                type="file"
                accept={TYPES.join(",")}
                onChange={(event) => setFile(event.target.files?.[0])}
              />
            )}
          </Field>
          <Field label={t("trying.beside")} hint={t("trying.beside-hint")}>
            {(field) => (
              <select {...field} value={other?.title ?? ""} onChange={(event) => setBeside(event.target.value)}>
                {choices.map(({ title }) => (
                  <option key={title}>{title}</option>
                ))}
                <option value="">{t("trying.alone")}</option>
              </select>
            )}
          </Field>
          <Field
            label={t("trying.booth")}
            hint={t("trying.booth-hint")}
            error={booths.data && !booth ? t("trying.no-booth") : undefined}
          >
            {(field) => (
              <select
                {...field}
                value={booth?.booth_id ?? ""}
                disabled={!booth}
                onChange={(event) => setBoothId(event.target.value)}
              >
                {free.map(({ booth_id, name }) => (
                  <option key={booth_id} value={booth_id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" disabled={!file || !booth || told !== undefined || wrong || running}>
            {t(begun && file === begun.file && !running ? "trying.again" : "trying.do")}
          </Button>
          {wrong && <span className="text-high">{t("trying.wrong")}</span>}
          {running && (
            <Progress
              sending={start.isPending}
              begun={begun}
              share={asked.data?.share ?? 0}
              state={asked.data?.state}
            />
          )}
        </div>
      </form>
      {(error || failed !== undefined) && (
        <div role="alert" className="mt-3 flex flex-wrap items-center gap-3 text-high">
          <p>
            {failed !== undefined
              ? t("trying.failed", { booth: begun?.boothName ?? "", reason: failed })
              : describe(error)}
          </p>
          {!start.error && asked.error && (
            <Button size="sm" onClick={() => asked.refetch()}>
              {t("trying.ask-again")}
            </Button>
          )}
        </div>
      )}
      {begun && asked.data?.state === "done" && (
        <>
          {stale && <p className="mt-3 text-ink-2">{t("trying.stale")}</p>}
          <TryResult key={begun.number} begun={begun} result={asked.data} />
        </>
      )}
    </Section>
  );
}

type ProgressProps = { sending: boolean; begun: Begun | undefined; share: number; state: string | undefined };

function Progress({ sending, begun, share, state }: ProgressProps) {
  const booth = begun?.boothName ?? "";
  const looking = !sending && state === "looking";
  const said = sending
    ? t("trying.sending")
    : looking
      ? t("trying.looking", { booth, percent: number(share * 100) })
      : t("trying.fetching", { booth });
  return (
    <span className="tabular flex items-center gap-3">
      <span
        role="progressbar"
        aria-label={t("trying.progress")}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(looking ? { "aria-valuenow": Math.round(share * 100) } : {})}
        className="h-1.5 w-40 overflow-hidden rounded-full bg-line"
      >
        <span
          className="block h-full rounded-full bg-accent transition-[width]"
          style={{ width: `${looking ? share * 100 : 0}%` }}
        />
      </span>
      <span role="status" className="text-ink-2">
        {said}
      </span>
    </span>
  );
}
