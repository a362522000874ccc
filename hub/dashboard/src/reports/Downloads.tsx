/** The report as files, and the bundle that proves it. What takes long says so, and what failed says what to do. */
import { useQuery } from "@tanstack/react-query";
import { Download, FileArchive, LoaderCircle, Printer } from "lucide-react";
import { meQuery } from "@/api/queries";
import { type Report, reportLanguage } from "@/reports/queries";
import { useTake } from "@/reports/take";
import { t } from "@/text/text";
import { duration } from "@/time/format";
import { useNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { describe } from "@/ui/Notice";

const LINK =
  "inline-flex h-9 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-surface px-3 hover:bg-hover";

function Since({ ms }: { ms: number }) {
  useNow();
  return <span className="tabular text-ink-3">{duration(Date.now() - ms, false)}</span>;
}

type FormProps = { url: string; name: string; text: string; detail: string; main?: boolean };

function Form({ url, name, text, detail, main = false }: FormProps) {
  const { taking, take, cancel } = useTake(url, name);
  const busy = taking.phase === "making" || taking.phase === "waiting";
  return (
    <li className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-2">
        <Button look={main ? "ink" : "quiet"} disabled={busy} onClick={take} title={detail}>
          {busy ? (
            <LoaderCircle size={15} aria-hidden="true" className="animate-spin" />
          ) : (
            <Download size={15} aria-hidden="true" />
          )}
          {text}
        </Button>
        {busy && (
          <span role="status" className="inline-flex items-center gap-2 text-ink-2 text-xs">
            {t(taking.phase === "waiting" ? "report.queued" : "report.making")} <Since ms={taking.sinceMs} />
            <Button size="sm" look="bare" onClick={cancel}>
              {t("report.cancel")}
            </Button>
          </span>
        )}
      </div>
      {taking.phase === "failed" && (
        <p role="alert" className="text-high text-xs">
          {t("report.file-failed")} {describe(taking.error)}
        </p>
      )}
    </li>
  );
}

/** One for each booth in which the candidate sat: each has chains of its own. */
function Bundles({ report }: { report: Report }) {
  const booths = [...new Map(report.stays.map((stay) => [stay.booth_id, stay.booth_name]))];
  if (booths.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 border-line border-t pt-3">
      <div className="flex flex-wrap gap-2">
        {booths.map(([id, name]) => (
          <a
            key={id}
            href={`/api/v1/exam-sessions/${report.exam_session_id}/bundle?booth=${encodeURIComponent(id)}`}
            download
            className={LINK}
          >
            <FileArchive size={15} aria-hidden="true" />
            {booths.length > 1 ? t("report.bundle-of", { booth: name }) : t("report.bundle")}
          </a>
        ))}
      </div>
      <p className="text-ink-3 text-xs">{t("report.bundle-detail")}</p>
    </div>
  );
}

export function Downloads({ report }: { report: Report }) {
  const me = useQuery(meQuery).data;
  const id = report.exam_session_id;
  const base = `/api/v1/exam-sessions/${id}/report`;
  const words = `lang=${reportLanguage()}`;
  const zone = `${words}&timezone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}`;
  return (
    <div className="print:hidden">
      <Section title={t("report.take")} aside={t("report.take-aside")}>
        <ul className="flex flex-wrap gap-2 pt-2 pb-3">
          <Form main url={`${base}.pdf?${zone}`} name={`report-${id}.pdf`} text="PDF" detail={t("report.pdf-detail")} />
          <Form
            url={`${base}/redacted.pdf?${zone}`}
            name={`copy-${id}.pdf`}
            text={t("report.redacted")}
            detail={t("report.redacted-detail")}
          />
          <Form url={`${base}.csv?${words}`} name={`violations-${id}.csv`} text="CSV" detail={t("report.csv-detail")} />
          <Form url={`${base}.json?${words}`} name={`report-${id}.json`} text="JSON" detail={t("report.json-detail")} />
          <li>
            <Button look="bare" onClick={() => window.print()}>
              <Printer size={15} aria-hidden="true" />
              {t("report.print")}
            </Button>
          </li>
        </ul>
        {me?.permissions.includes("audit.read") && <Bundles report={report} />}
      </Section>
    </div>
  );
}
