/** The timeline as a table: everything that has a beginning, in its order. For those who cannot see or hit spans. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { named, t } from "@/text/text";
import { clock, duration } from "@/time/format";
import { described } from "@/timeline/described";
import { describeHole, told } from "@/timeline/FactLanes";
import type { SessionFacts } from "@/timeline/useSession";
import { Button } from "@/ui/Button";

type Row = { key: string; at: number; to: number | null; kind: string; what: ReactNode };

export function rowsOf(facts: SessionFacts, now: number): Row[] {
  const { violations, gaps, steps, flags, watches, recording } = facts;
  const end = (at: string | null | undefined) => (at == null ? null : Date.parse(at));
  const rows: Row[] = [
    ...violations.map((violation) => ({
      key: violation.violation_id,
      at: Date.parse(violation.started_at),
      to: end(violation.ended_at) ?? now,
      kind: t("timeline.violation"),
      what: (
        <Link
          to="."
          search={(old) => ({ ...old, violation: violation.violation_id })}
          className="underline underline-offset-2"
        >
          {described(violation, now)}
        </Link>
      ),
    })),
    ...gaps.map((gap) => ({
      key: gap.gap_id,
      at: Date.parse(gap.started_at),
      to: end(gap.ended_at) ?? now,
      kind: t("gap.row"),
      what: named("gap", gap.reason),
    })),
    ...told({ steps }).map((step) => ({
      key: String(step.step_id),
      at: Date.parse(step.at),
      to: null,
      kind: t("timeline.moments"),
      what: [named("act", step.action), step.display_name].filter(Boolean).join(" · "),
    })),
    ...flags.map((flag) => ({
      key: flag.flag_id,
      at: Date.parse(flag.at),
      to: null,
      kind: t("timeline.flag"),
      what: `${flag.note} · ${flag.display_name}`,
    })),
    ...watches.map((watch) => ({
      key: watch.watch_id,
      at: Date.parse(watch.started_at),
      to: end(watch.ended_at) ?? now,
      kind: t("timeline.looks"),
      what: `${named("timeline.look", watch.kind)} · ${watch.display_name}`,
    })),
    ...(recording?.holes ?? []).map((hole) => ({
      key: `${hole.started_at} ${hole.reason}`,
      at: Date.parse(hole.started_at),
      to: Date.parse(hole.ended_at),
      kind: t("timeline.recording"),
      what: describeHole(hole),
    })),
  ];
  return rows.sort((a, b) => a.at - b.at);
}

type Props = { facts: SessionFacts; now: number; onSeek: (at: number) => void };

export function TimelineTable({ facts, now, onSeek }: Props) {
  return (
    <section aria-label={t("timeline.table")} className="mt-2 max-h-72 overflow-auto rounded-md border border-line">
      <table className="w-full text-left text-xs">
        <thead className="sticky top-0 bg-surface text-ink-3">
          <tr>
            {(["when", "lasted", "kind", "what"] as const).map((column) => (
              <th key={column} scope="col" className="px-2 py-1.5 font-medium">
                {t(`timeline.column-${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rowsOf(facts, now).map((row) => (
            <tr key={row.key}>
              <td className="px-2 py-0.5">
                <Button size="sm" look="bare" className="tabular" onClick={() => onSeek(row.at)}>
                  {clock(row.at, now)}
                </Button>
              </td>
              <td className="tabular whitespace-nowrap px-2">{row.to === null ? "" : duration(row.to - row.at)}</td>
              <td className="whitespace-nowrap px-2 text-ink-2">{row.kind}</td>
              <td className="px-2">{row.what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
