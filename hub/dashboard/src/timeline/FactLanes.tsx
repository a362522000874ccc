/** What people and machines did over time: steps and flags, the recording with its holes, gaps, and who looked. */
import { Flag as FlagMark } from "lucide-react";
import type { Recording } from "@/api/types";
import { named, t } from "@/text/text";
import { clock, duration } from "@/time/format";
import { Lane, spot } from "@/timeline/Lane";
import type { SessionFacts } from "@/timeline/useSession";
import type { Window } from "@/violations/strip";

const ms = Date.parse;
/** Steps that others say more plainly, or that many follow each other of. */
const QUIET = new Set(["code_accepted", "notice_acknowledged", "photo_taken", "calibrated", "schedule", "new_code"]);

export function told(facts: Pick<SessionFacts, "steps">) {
  return facts.steps.filter((step) => !QUIET.has(step.action));
}

export function MomentLane({ facts, window }: { facts: SessionFacts; window: Window }) {
  return (
    <Lane name={t("timeline.moments")} window={window}>
      {told(facts).map((step) => {
        const style = spot(ms(step.at), ms(step.at), window);
        return (
          style && (
            <span
              key={step.step_id}
              title={`${named("act", step.action)} · ${[step.display_name, clock(ms(step.at))].filter(Boolean).join(" · ")}`}
              className="absolute inset-y-0.5 w-2 -translate-x-1/2"
              style={{ left: style.left }}
            >
              <span className="absolute inset-y-0 left-1/2 w-0.5 -translate-x-1/2 bg-ink-2" />
              <span className="absolute top-0 left-1/2 size-1.5 -translate-x-1/2 rotate-45 bg-ink-2" />
            </span>
          )
        );
      })}
      {facts.flags.map((flag) => {
        const style = spot(ms(flag.at), ms(flag.at), window);
        return (
          style && (
            <span
              key={flag.flag_id}
              title={`${flag.note} · ${flag.display_name} · ${clock(ms(flag.at))}`}
              className="absolute inset-y-0 grid -translate-x-1/2 place-items-center text-accent"
              style={{ left: style.left }}
            >
              <FlagMark size={13} fill="currentColor" aria-hidden="true" />
            </span>
          )
        );
      })}
    </Lane>
  );
}

export function describeHole(hole: Recording["holes"][number]): string {
  return t("recording.hole", {
    why: named("recording.hole", hole.reason),
    duration: duration(ms(hole.ended_at) - ms(hole.started_at), false),
  });
}

export function RecordingLane({ recording, window }: { recording: Recording; window: Window }) {
  return (
    <Lane name={t("timeline.recording")} window={window}>
      {recording.segments.map((piece) => {
        const style = piece.available && spot(ms(piece.started_at), ms(piece.ended_at), window);
        return (
          style && (
            <span
              key={`${piece.started_at} ${piece.sha256}`}
              className="absolute inset-y-[7px] bg-ink-3/45"
              style={style}
            />
          )
        );
      })}
      {recording.holes.map((hole) => {
        const style = spot(ms(hole.started_at), ms(hole.ended_at), window);
        return (
          style && (
            <span
              key={`${hole.started_at} ${hole.reason}`}
              title={describeHole(hole)}
              className={`absolute inset-y-1 min-w-[2px] rounded-[2px] border ${hole.reason === "on_its_way" ? "border-ink-3 border-dashed" : "hatched border-line-strong"}`}
              style={style}
            />
          )
        );
      })}
    </Lane>
  );
}

export function GapLane({ facts, window }: { facts: SessionFacts; window: Window }) {
  if (facts.gaps.length === 0) return null;
  return (
    <Lane name={t("gap.row")} window={window}>
      {facts.gaps.map((gap) => {
        const to = gap.ended_at ? ms(gap.ended_at) : window.to;
        const style = spot(ms(gap.started_at), to, window);
        return (
          style && (
            <span
              key={gap.gap_id}
              title={`${named("gap", gap.reason)} · ${duration(to - ms(gap.started_at), false)}`}
              className="hatched absolute inset-y-1 min-w-[2px] rounded-[2px] border border-ink-3"
              style={style}
            />
          )
        );
      })}
    </Lane>
  );
}

export function LookLane({ facts, window }: { facts: SessionFacts; window: Window }) {
  if (facts.watches.length === 0) return null;
  return (
    <Lane name={t("timeline.looks")} window={window}>
      {facts.watches.map((watch) => {
        const style = spot(ms(watch.started_at), watch.ended_at ? ms(watch.ended_at) : window.to, window);
        return (
          style && (
            <span
              key={watch.watch_id}
              title={`${named("timeline.look", watch.kind)} · ${watch.display_name} · ${clock(ms(watch.started_at))}`}
              className="absolute inset-y-[7px] min-w-[3px] truncate rounded-[2px] bg-accent/55"
              style={style}
            />
          )
        );
      })}
    </Lane>
  );
}
