/** The recording's time axis: pieces filled, holes hatched, violations above, and where one is. */
import type { KeyboardEvent, PointerEvent } from "react";
import type { Hole, Recording, Violation } from "@/api/types";
import type { Extent } from "@/recording/axis";
import { named, t } from "@/text/text";
import { clock, duration } from "@/time/format";
import { severityFill } from "@/violations/Severity";
import { place, placeViolations } from "@/violations/strip";

const STEP_MS = 5000;
const LOOK: Record<Hole["reason"], string> = {
  not_recorded: "hatched border-line-strong",
  on_its_way: "border-dashed border-ink-3",
  dropped: "hatched border-ink-3",
  deleted: "hatched border-ink-3",
};

function describe(hole: Hole): string {
  return t("recording.hole", {
    why: named("recording.hole", hole.reason),
    duration: duration(Date.parse(hole.ended_at) - Date.parse(hole.started_at), false),
  });
}

type Props = {
  recording: Recording;
  extent: Extent;
  violations: readonly Violation[];
  at: number;
  onSeek: (at: number) => void;
};

export function RecordingStrip({ recording, extent, violations, at, onSeek }: Props) {
  const length = extent.to - extent.from;
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onSeek(extent.from + Math.min(0.9999, Math.max(0, (event.clientX - left) / width)) * length);
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onSeek(Math.min(extent.to - 1, Math.max(extent.from, at + step)));
  };
  const bar = (started: string, ended: string) => {
    const span = place(started, ended, extent);
    return span ? { left: `${span.left}%`, width: `${span.width}%` } : { display: "none" };
  };
  return (
    <>
      <div
        role="slider"
        tabIndex={0}
        aria-label={t("recording.seek")}
        aria-valuemin={0}
        aria-valuemax={Math.round(length / 1000)}
        aria-valuenow={Math.round((at - extent.from) / 1000)}
        aria-valuetext={clock(at)}
        onPointerDown={point}
        onPointerMove={(event) => event.buttons === 1 && point(event)}
        onKeyDown={keys}
        className="relative mt-2 h-8 cursor-pointer touch-none"
      >
        <div className="absolute inset-x-0 top-0 h-2">
          {placeViolations(violations, extent).map(({ violation, left, width }) => (
            <span
              key={violation.violation_id}
              className={`absolute inset-y-0 min-w-1 rounded-[2px] ${severityFill[violation.severity]}`}
              style={{ left: `min(${left}%, calc(100% - 4px))`, width: `${width}%` }}
            />
          ))}
        </div>
        {recording.segments
          .filter((piece) => piece.available)
          .map((piece) => (
            <span
              key={`${piece.started_at} ${piece.sha256}`}
              data-piece
              className="absolute top-3 bottom-0 bg-ink-3/40"
              style={bar(piece.started_at, piece.ended_at)}
            />
          ))}
        {recording.holes.map((hole) => (
          <span
            key={`${hole.started_at} ${hole.reason}`}
            data-hole={hole.reason}
            title={describe(hole)}
            className={`absolute top-3 bottom-0 min-w-0.5 rounded-[2px] border ${LOOK[hole.reason]}`}
            style={bar(hole.started_at, hole.ended_at)}
          />
        ))}
        <span
          className="absolute inset-y-0 w-0.5 -translate-x-1/2 rounded-full bg-ink"
          style={{ left: `${length > 0 ? ((Math.min(at, extent.to) - extent.from) / length) * 100 : 0}%` }}
        />
      </div>
      <div className="tabular mt-1 flex justify-between text-2xs text-ink-3">
        <span>{clock(extent.from)}</span>
        <span>{clock(extent.to)}</span>
      </div>
    </>
  );
}
