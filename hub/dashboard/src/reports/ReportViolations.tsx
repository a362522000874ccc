/** What was found: each violation with its picture, why the rule raised it, and what people decided. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Violation } from "@/api/types";
import type { Report, ReportViolation } from "@/reports/queries";
import { DECIDED, type Decided, type ReportSearch } from "@/reports/search";
import { named, t } from "@/text/text";
import { duration } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { Segments } from "@/ui/Segments";
import { SeverityMark } from "@/violations/Severity";
import { Snapshot } from "@/violations/Snapshot";

const AT_ONCE = 30;

const STANDS: Record<Decided, (review: string) => boolean> = {
  confirmed: (review) => review === "confirmed",
  dismissed: (review) => review === "dismissed",
  undecided: (review) => review !== "confirmed" && review !== "dismissed",
};

/** As lists of violations have it; a report tells of the booth once, and words decisions itself. */
export function asViolation(report: Report, found: ReportViolation): Violation {
  const booth = report.stays.find((stay) => stay.booth_id === found.booth_id);
  return {
    ...found,
    booth_name: booth?.booth_name ?? found.booth_id,
    received_at: found.opened_at,
    exam_session_id: report.exam_session_id,
    review: found.review as Violation["review"],
    exam_name: report.exam_name,
    candidate_name: report.candidate.name,
    reviews: [],
    reviews_hidden: 0,
    changed_since_review: found.grown_at !== null,
  };
}

function Decisions({ found }: { found: ReportViolation }) {
  return (
    <div className="text-xs">
      <p className={`font-medium ${found.review === "dismissed" ? "text-ink-3" : ""}`}>
        {named("report.review", found.review)}
      </p>
      <ol className="text-ink-2">
        {found.reviews.map((review) => (
          <li key={`${review.by.name} ${review.decided_at}`}>
            {t("report.decided-by", { decision: named("report.decided", review.decision), name: review.by.name })} ·{" "}
            <When at={review.decided_at} show="clock" />
            {review.note && <q className="block break-words text-ink-3">{review.note}</q>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Row({ report, found }: { report: Report; found: ReportViolation }) {
  const open = { search: (now: object) => ({ ...now, violation: found.violation_id }) };
  return (
    <li className="grid grid-cols-[120px_minmax(0,1fr)] gap-x-4 gap-y-2 py-3 md:grid-cols-[120px_minmax(0,1fr)_220px] print:break-inside-avoid">
      <Link to="." {...open} aria-label={t("report.look", { words: found.words })} className="rounded-md">
        <Snapshot violation={asViolation(report, found)} className="aspect-[4/3] w-full rounded-md" />
      </Link>
      <div className="min-w-0">
        <p className={`flex items-baseline gap-1.5 ${found.review === "dismissed" ? "text-ink-2 line-through" : ""}`}>
          <span className="translate-y-0.5">
            <SeverityMark severity={found.severity} size={13} />
          </span>
          <Link to="." {...open} className="font-medium underline-offset-2 hover:underline">
            {found.words}
          </Link>
        </p>
        <p className="tabular text-ink-3 text-xs">
          <When at={found.started_at} show="clock" /> · {duration(found.lasted_s * 1000)} · {named("kind", found.kind)}
        </p>
        <p className="mt-1 break-words text-ink-2 text-xs">{found.why}</p>
      </div>
      <div className="col-start-2 md:col-start-3">
        <Decisions found={found} />
      </div>
    </li>
  );
}

export function ReportViolations({ report }: { report: Report }) {
  const { show } = useSearch({ from: "/shell/reports/$examSessionId" });
  const navigate = useNavigate();
  const [shown, setShown] = useState(AT_ONCE);
  const wanted =
    show === undefined ? report.violations : report.violations.filter(({ review }) => STANDS[show](review));
  const turn = (next: ReportSearch) =>
    navigate({ to: ".", search: ({ show: _, ...now }: ReportSearch) => ({ ...now, ...next }), replace: true });
  return (
    <Section
      title={t("exam-session.violations")}
      aside={t("report.of", { shown: Math.min(shown, wanted.length), all: report.violations_in_all })}
    >
      {report.violations.length > 0 && (
        <div className="py-2 print:hidden">
          <Segments
            label={t("report.show")}
            value={show ?? ""}
            choices={DECIDED.map((each) => ({
              value: each,
              label: `${t(`report.show.${each}`)} ${report.violations.filter(({ review }) => STANDS[each](review)).length}`,
            }))}
            onChange={(next) => turn(next ? { show: next as Decided } : {})}
          />
        </div>
      )}
      {wanted.length === 0 && <p className="py-2 text-ink-3">{t("report.no-violations")}</p>}
      <ol className="divide-y divide-line">
        {wanted.slice(0, shown).map((found) => (
          <Row key={found.violation_id} report={report} found={found} />
        ))}
      </ol>
      {wanted.length > shown && (
        <Button className="mt-2 print:hidden" onClick={() => setShown(shown + 5 * AT_ONCE)}>
          {t("table.more")}
        </Button>
      )}
    </Section>
  );
}
