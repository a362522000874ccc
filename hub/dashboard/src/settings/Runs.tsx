/** What past runs deleted, the newest first; one that goes on is looked at until it has ended. */
import { useQuery } from "@tanstack/react-query";
import { Check, CircleDashed, Loader, TriangleAlert } from "lucide-react";
import { isRunning, type Run, runsQuery } from "@/settings/queries";
import { t } from "@/text/text";
import { bytes, duration, number } from "@/time/format";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";

function State({ run }: { run: Run }) {
  const now = useNow();
  const [Icon, ink, key] = isRunning(run, now)
    ? ([Loader, "text-low", "running"] as const)
    : run.ended_at === null
      ? ([CircleDashed, "text-medium", "interrupted"] as const)
      : run.complete
        ? ([Check, "text-accent", "complete"] as const)
        : ([TriangleAlert, "text-medium", "incomplete"] as const);
  return (
    <span
      className={`inline-flex items-center gap-1.5 whitespace-nowrap ${ink}`}
      title={t(`retention.run-${key}-detail`)}
    >
      <Icon size={14} aria-hidden="true" />
      {t(`retention.run-${key}`)}
    </span>
  );
}

function Found({ run }: { run: Run }) {
  const found = Object.entries(run.found).filter(([, { files, rows }]) => files + rows > 0);
  if (found.length === 0) return <span className="text-ink-3">{t("retention.nothing")}</span>;
  return (
    <ul>
      {found.map(([name, { files, rows, size_bytes }]) => (
        <li key={name}>
          {t(`retention.class-${name as keyof Run["found"]}` as "retention.class-clips")}:{" "}
          {[
            files > 0 && t("retention.files-value", { count: number(files) }),
            rows > 0 && t("retention.rows-value", { count: number(rows) }),
            size_bytes > 0 && bytes(size_bytes),
          ]
            .filter(Boolean)
            .join(", ")}
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: Column<Run>[] = [
  { name: t("retention.began"), heads: true, show: ({ began_at }) => <When at={began_at} /> },
  {
    name: t("retention.took"),
    show: ({ began_at, ended_at }) =>
      ended_at ? duration(Date.parse(ended_at) - Date.parse(began_at)) : t("booth.unknown"),
  },
  { name: t("retention.by"), show: ({ started_by }) => started_by },
  { name: t("exam-sessions.state"), show: (run) => <State run={run} /> },
  { name: t("retention.deleted"), show: (run) => <Found run={run} /> },
];

export function Runs() {
  const query = useQuery(runsQuery);
  return (
    <Table
      label={t("retention.tab-runs")}
      columns={COLUMNS}
      items={query.data?.items}
      rowKey={({ run_id }) => run_id}
      error={query.error}
      onRetry={() => query.refetch()}
      empty={<Notice title={t("retention.no-runs")} detail={t("retention.no-runs-detail")} />}
    />
  );
}
