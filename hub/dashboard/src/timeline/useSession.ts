/** All that a timeline shows of one exam session, and from when to when that is. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { gapsQuery, meQuery } from "@/api/queries";
import type { ExamSession, ExamSessionStep, Flag, Gap, Recording, Traces, Violation, Watch } from "@/api/types";
import { flagsQuery, stepsQuery } from "@/exam-sessions/queries";
import { useKnownNowEvery } from "@/time/now";
import { sessionRecordingQuery, sessionViolationsQuery, tracesQuery, watchesQuery } from "@/timeline/queries";
import type { Window } from "@/violations/strip";

const TICK_MS = 2000;
const MARGIN_MS = 5000;
const DAY_MS = 86_400_000;

export type SessionFacts = {
  /** Null before the candidate was let in. `to` is now while the exam session lasts. */
  whole: Window | null;
  alive: boolean;
  violations: readonly Violation[];
  gaps: readonly Gap[];
  steps: readonly ExamSessionStep[];
  flags: readonly Flag[];
  watches: readonly Watch[];
  traces: Traces | undefined;
  recording: Recording | undefined;
  pending: boolean;
};

export function useSession(session: ExamSession): SessionFacts {
  const id = session.exam_session_id;
  const alive = session.ended_at === null;
  const now = useKnownNowEvery(TICK_MS, 0);
  const me = useQuery(meQuery).data;
  const judges = me?.permissions.includes("violations.read") ?? false;
  const violations = useQuery({ ...sessionViolationsQuery(id, session.booth_id), enabled: judges });
  const traces = useQuery({ ...tracesQuery(id, null, alive), enabled: judges });
  const steps = useQuery(stepsQuery(id)).data?.items;
  const flags = useQuery(flagsQuery(id)).data?.items;
  const watches = useQuery(watchesQuery(id, alive)).data?.items;
  const allGaps = useQuery({ ...gapsQuery(session.booth_id ?? ""), enabled: judges && session.booth_id !== null }).data;
  const from = beginning(session, steps ?? [], violations.data ?? [], traces.data);
  const to = session.ended_at ? Date.parse(session.ended_at) : null;
  const recording = useQuery({
    ...sessionRecordingQuery(session.booth_id ?? "", from ?? 0, to),
    enabled: judges && session.booth_id !== null && from !== null,
  }).data;
  const whole = useMemo(
    () => (from === null ? null : { from, to: Math.max(from + 60_000, to === null ? now : to + MARGIN_MS) }),
    [from, to, now],
  );
  const gaps = useMemo(
    () =>
      (allGaps?.items ?? []).filter(
        (gap) =>
          whole && Date.parse(gap.started_at) < whole.to && (!gap.ended_at || Date.parse(gap.ended_at) > whole.from),
      ),
    [allGaps, whole],
  );
  return {
    whole,
    alive,
    violations: violations.data ?? [],
    gaps,
    steps: steps ?? [],
    flags: useMemo(() => (flags ?? []).filter((flag) => !flag.withdrawn), [flags]),
    watches: watches ?? [],
    traces: traces.data,
    recording,
    pending: (judges && (violations.isPending || traces.isPending)) || steps === undefined,
  };
}

/** The admission, or what was seen first; nothing from a day before, when a device's clock was wrong. */
function beginning(
  session: ExamSession,
  steps: readonly ExamSessionStep[],
  violations: readonly Violation[],
  traces: Traces | undefined,
): number | null {
  const admitted = steps.filter((step) => step.action === "admit" || step.action === "start").map((step) => step.at);
  const seen = violations.map((violation) => violation.started_at);
  if (traces && traces.points > 0) seen.push(traces.started_at);
  if (session.started_at) seen.push(session.started_at);
  const earliest = Date.parse(session.scheduled_start) - DAY_MS;
  const times = [...admitted, ...seen].map(Date.parse).filter((at) => at >= earliest);
  return times.length > 0 ? Math.floor((Math.min(...times) - MARGIN_MS) / 1000) * 1000 : null;
}
