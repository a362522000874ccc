/**
 * The timeline of one exam session: violations by kind, where the head pointed, who was there, the recording with its
 * holes, steps and flags, and who looked.
 *
 *     const [at, setAt] = useState<number | null>(null);
 *     <SessionTimeline examSession={session} at={at} onSeek={setAt} />
 *     <SessionReplay examSession={session} at={at} onSeek={setAt} />   // the recording at `at`, if there is one
 *
 * `at` is the playhead, milliseconds; null follows the present while the exam session lasts, and is its beginning
 * afterwards. `onSeek` is told where somebody dragged it or went by key; null: back to the present. It asks the hub for
 * everything itself, from the exam session's id. A click on a violation sets `violation` in the address's search, as
 * lists do. `focus` (a violation's id) zooms to that violation once, for a page that is about one.
 */
import { useQuery } from "@tanstack/react-query";
import { Minus, Plus, Radio, Table2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { ExamSession } from "@/api/types";
import { t } from "@/text/text";
import { Axis } from "@/timeline/Axis";
import { described } from "@/timeline/described";
import { describeHole, GapLane, LookLane, MomentLane, RecordingLane } from "@/timeline/FactLanes";
import { words } from "@/timeline/lines";
import { tracesQuery } from "@/timeline/queries";
import { around, panned, revealing, shown, type Zoom, zoomed } from "@/timeline/scale";
import { TimelineTable } from "@/timeline/TimelineTable";
import { TraceLanes } from "@/timeline/TraceLanes";
import { type SessionFacts, useSession } from "@/timeline/useSession";
import { ViolationLanes } from "@/timeline/ViolationLanes";
import { Button } from "@/ui/Button";
import { Loading, Skeleton } from "@/ui/Skeleton";
import type { Window } from "@/violations/strip";

type Props = {
  examSession: ExamSession;
  at: number | null;
  onSeek: (at: number | null) => void;
  focus?: string | undefined;
};

/** Around a violation that a page is about. */
const CONTEXT_MS = 60_000;

export function SessionTimeline({ examSession, at, onSeek, focus }: Props) {
  const facts = useSession(examSession);
  if (facts.pending) {
    return (
      <>
        <Loading />
        <Skeleton className="h-48 w-full rounded-md" />
      </>
    );
  }
  if (!facts.whole) return <p className="py-6 text-center text-ink-3">{t("timeline.empty")}</p>;
  return (
    <Shown
      key={examSession.exam_session_id}
      session={examSession}
      facts={facts}
      whole={facts.whole}
      at={at}
      onSeek={onSeek}
      focus={focus}
    />
  );
}

type ShownProps = Omit<Props, "examSession"> & { session: ExamSession; facts: SessionFacts; whole: Window };

function Shown({ session, facts, whole, at, onSeek, focus }: ShownProps) {
  const [zoom, setZoom] = useState<Zoom>(null);
  const [asTable, setAsTable] = useState(false);
  const window = shown(zoom, whole);
  const zoomedIn = zoom !== null;
  const finer = useQuery({
    ...tracesQuery(session.exam_session_id, around(window), facts.alive),
    enabled: zoomedIn && facts.traces !== undefined,
  }).data;
  const traces = (zoomedIn && finer) || facts.traces;
  const follows = facts.alive;
  const head = at ?? (follows ? whole.to : whole.from);

  const seek = (to: number | null) => {
    if (to !== null) setZoom((old) => revealing(old, whole, to));
    onSeek(to);
  };
  const zoomTo = (factor: number, middle: number) => setZoom((old) => zoomed(old, whole, factor, middle));
  const starts = facts.violations.map((violation) => Date.parse(violation.started_at)).sort((a, b) => a - b);
  const jump = (direction: -1 | 1) => {
    const next =
      direction > 0 ? starts.find((time) => time > head + 500) : starts.findLast((time) => time < head - 500);
    if (next !== undefined) seek(next);
  };

  const focused = useRef<string | undefined>(undefined);
  const wanted = facts.violations.find((violation) => violation.violation_id === focus);
  useEffect(() => {
    if (!wanted || focused.current === wanted.violation_id) return;
    focused.current = wanted.violation_id;
    const from = Date.parse(wanted.started_at) - CONTEXT_MS;
    const to = Date.parse(wanted.ended_at ?? wanted.opened_at) + CONTEXT_MS;
    setZoom({ from: Math.max(whole.from, from), to: Math.min(whole.to, to) });
  }, [wanted, whole]);

  const tell = (time: number): string[] => {
    const there = facts.violations.filter(
      (each) => Date.parse(each.started_at) <= time && (each.ended_at == null || Date.parse(each.ended_at) >= time),
    );
    const hole = facts.recording?.holes.find(
      (each) => Date.parse(each.started_at) <= time && time < Date.parse(each.ended_at),
    );
    return [
      ...there.map((violation) => described(violation, whole.to)),
      ...words(traces, time),
      ...(hole ? [describeHole(hole)] : []),
    ];
  };

  return (
    <div data-testid="session-timeline">
      <div className="mb-1 flex items-center gap-1">
        {follows && at !== null && (
          <Button size="sm" onClick={() => onSeek(null)}>
            <Radio size={13} aria-hidden="true" />
            {t("timeline.follow")}
          </Button>
        )}
        <span className="ml-auto flex items-center gap-1">
          <Button
            size="sm"
            look="bare"
            aria-label={t("timeline.zoom-out")}
            disabled={!zoomedIn}
            onClick={() => zoomTo(2, head)}
          >
            <Minus size={14} />
          </Button>
          <Button size="sm" look="bare" aria-label={t("timeline.zoom-in")} onClick={() => zoomTo(0.5, head)}>
            <Plus size={14} />
          </Button>
          <Button size="sm" look="bare" disabled={!zoomedIn} onClick={() => setZoom(null)}>
            {t("timeline.all")}
          </Button>
          <Button size="sm" look="bare" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Table2 size={14} aria-hidden="true" />
            {t("timeline.table")}
          </Button>
        </span>
      </div>
      <p id="timeline-keys" className="sr-only">
        {t("timeline.keys")}
      </p>
      <Axis
        window={window}
        whole={whole}
        at={head}
        follows={follows && at === null}
        tell={tell}
        onSeek={seek}
        onZoom={zoomTo}
        onPan={(by) => setZoom((old) => panned(old, whole, by))}
        onJump={jump}
      >
        <ViolationLanes violations={facts.violations} window={window} />
        {traces && traces.points > 0 && <TraceLanes traces={traces} window={window} />}
        <GapLane facts={facts} window={window} />
        {facts.recording && facts.recording.segments.length > 0 && (
          <RecordingLane recording={facts.recording} window={window} />
        )}
        <MomentLane facts={facts} window={window} />
        <LookLane facts={facts} window={window} />
      </Axis>
      {traces && traces.points === 0 && <p className="mt-1 text-2xs text-ink-3">{t("timeline.no-traces")}</p>}
      {asTable && <TimelineTable facts={facts} now={whole.to} onSeek={seek} />}
    </div>
  );
}
