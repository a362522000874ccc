/** One exam session in a day: as long as it takes, its state as a shape and a word. */
import { TriangleAlert } from "lucide-react";
import type { ComponentProps } from "react";
import type { ExamSession } from "@/api/types";
import { SittingDot } from "@/exam-sessions/SittingChip";
import { hourMinute } from "@/schedule/day";
import { isOver, type Placed, percent, type Span } from "@/schedule/layout";
import { named, t } from "@/text/text";

type Props = ComponentProps<"button"> & { placed: Placed; span: Span; into: ExamSession | undefined; lifted: boolean };

/** Scheduled: outlined. Under way: a strong edge. Over: sunken. What did not happen: dashed. */
function look(session: ExamSession): string {
  if (session.state === "no_show" || session.state === "turned_away")
    return "border-dashed border-line-strong bg-ground text-ink-2";
  if (isOver(session)) return "border-line bg-sunken text-ink-2";
  if (session.state === "scheduled") return "border-line-strong bg-surface";
  return "border-accent border-l-4 bg-surface";
}

export function Block({ placed, span, into, lifted, className: _, ...rest }: Props) {
  const { session, lane, lanes, from, to } = placed;
  const left = Math.max(0, percent(from, span));
  const right = Math.min(100, percent(to, span));
  const times = `${hourMinute(from)}–${hourMinute(to)}`;
  const warning =
    into && t("schedule.runs-into", { name: into.candidate_name, time: hourMinute(into.scheduled_start) });
  // What is read on it comes first and in that order, for those who say aloud what they see.
  const said = [
    `${session.candidate_name} ${times} ${named("sitting", session.state)}`,
    session.exam_name,
    session.booth_name ?? "",
    ...(session.practice ? [t("exam-sessions.practice")] : []),
    ...(warning ? [warning] : []),
  ].join(", ");
  return (
    <button
      type="button"
      aria-label={said}
      title={said}
      data-block={session.exam_session_id}
      style={{
        left: `${left}%`,
        width: `calc(${right - left}% - 2px)`,
        top: `calc(${(lane / lanes) * 100}% + 3px)`,
        height: `calc(${100 / lanes}% - 6px)`,
      }}
      className={`@container absolute min-w-6 overflow-hidden rounded-md border px-1.5 py-0.5 text-left leading-tight hover:z-10 hover:border-ink-3 focus-visible:z-10 ${look(session)} ${warning ? "border-medium-fill!" : ""} ${lifted ? "opacity-40" : ""}`}
      {...rest}
    >
      <span className="flex items-center gap-1.5">
        <SittingDot state={session.state} />
        {warning && <TriangleAlert size={13} aria-hidden="true" className="shrink-0 text-medium" />}
        <span className="truncate font-medium">{session.candidate_name}</span>
      </span>{" "}
      {lanes === 1 && (
        <span className="tabular flex gap-2 overflow-hidden whitespace-nowrap text-ink-2 text-xs">
          {times}{" "}
          {/* A word that finds no room is left out whole: the shape says it, and so does the name of the button. */}
          <span className="hidden @min-[11rem]:inline">{named("sitting", session.state)}</span>
        </span>
      )}
    </button>
  );
}
