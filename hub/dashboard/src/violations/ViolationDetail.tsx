/** Everything known of one violation: the picture, why, when, and what proves it. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Evidence, Violation } from "@/api/types";
import { Footage } from "@/footage/Footage";
import { count, named, t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { When } from "@/time/When";
import { CopyCode } from "@/ui/CopyCode";
import { Fact, Facts } from "@/ui/Facts";
import { Measure } from "@/violations/Measure";

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 font-semibold text-ink-3 text-xs">{title}</h3>
      {children}
    </section>
  );
}

function Models({ models }: { models: Record<string, string> }) {
  const entries = Object.entries(models);
  if (entries.length === 0) return <span className="text-ink-2">{t("violation.no-models")}</span>;
  return entries.map(([name, sha256]) => (
    <div key={name} className="break-words" title={sha256}>
      {name} <code className="font-mono text-ink-3 text-xs">{sha256.slice(0, 8)}</code>
    </div>
  ));
}

/** Nothing for a file that is here. */
function FileState({ file }: { file: Evidence }) {
  if (file.available) return null;
  const text = file.deleted_at
    ? t("footage.deleted-at", { at: clock(Date.parse(file.deleted_at), hubNow()) })
    : file.dropped
      ? t("footage.not-kept", { reason: named("drop", file.dropped) })
      : t("footage.on-its-way");
  return <span className="mr-2 text-ink-3 text-xs">{text}</span>;
}

export function ViolationDetail({ violation }: { violation: Violation }) {
  const why = violation.explanation;
  return (
    <div className="flex flex-col gap-6">
      <Footage key={violation.violation_id} violation={violation} />
      <Group title={t("violation.why")}>
        <div className="py-2">
          <Measure violation={violation} />
        </div>
        <Facts>
          <Fact name={t("violation.hold")}>{t("time.s", { s: why.hold_s })}</Fact>
          <Fact name={t("violation.frames")}>{count("violation.frames-value", why.frames)}</Fact>
          {why.looks != null && <Fact name={t("violation.looks")}>{count("violation.looks-value", why.looks)}</Fact>}
          {why.learned_at != null && (
            <Fact name={t("violation.learned")}>
              <When at={why.learned_at} />
            </Fact>
          )}
          {(why.parts ?? 1) > 1 && (
            <Fact name={t("violation.parts")}>{count("violation.parts-value", why.parts ?? 1)}</Fact>
          )}
          {why.escalated_after_s != null && (
            <Fact name={t("violation.escalated")}>{t("time.s", { s: Math.round(why.escalated_after_s) })}</Fact>
          )}
          {violation.confidence != null && (
            <Fact name={t("violation.confidence")}>{Math.round(violation.confidence * 100)} %</Fact>
          )}
          <Fact name={t("violation.models")}>
            <Models models={why.models ?? {}} />
          </Fact>
          <Fact name={t("violation.profile")}>
            {t("violation.profile-value", { name: why.profile, version: why.profile_version })}
          </Fact>
        </Facts>
      </Group>
      <Group title={t("violation.times")}>
        <Facts>
          <Fact name={t("violation.started")}>
            <When at={violation.started_at} />
          </Fact>
          <Fact name={t("violation.opened")}>
            <When at={violation.opened_at} />
          </Fact>
          <Fact name={t("violation.ended")}>
            {violation.ended_at == null ? t("feed.ongoing") : <When at={violation.ended_at} />}
          </Fact>
          <Fact name={t("violation.received")}>
            <When at={violation.received_at} />
          </Fact>
        </Facts>
      </Group>
      {(violation.evidence?.length ?? 0) > 0 && (
        <Group title={t("violation.evidence")}>
          {violation.evidence?.map((file) => (
            <Fact key={`${file.role} ${file.sha256}`} name={named("role", file.role)} title={t("violation.hash")}>
              <FileState file={file} />
              <CopyCode text={file.sha256} shown={`${file.sha256.slice(0, 12)}…${file.sha256.slice(-6)}`} />
            </Fact>
          ))}
        </Group>
      )}
      <p className="border-line border-t pt-4 text-ink-3 text-xs">
        {t("violation.only-people")}{" "}
        <Link
          to="/booths/$boothId"
          params={{ boothId: violation.booth_id }}
          className="text-ink underline decoration-line-strong underline-offset-2 hover:decoration-ink"
        >
          {t("violation.to-booth")}
        </Link>
      </p>
    </div>
  );
}
