/** The state of an exam session: a shape and a word. What waits for a person is filled. */
import type { ExamSession, SittingState } from "@/api/types";
import { named, t } from "@/text/text";

const DOTS: Record<SittingState, string> = {
  scheduled: "border border-ink-3 rounded-full",
  checked_in: "bg-medium-fill rotate-45",
  admitted: "border-2 border-accent rounded-full",
  in_progress: "bg-accent rounded-full",
  paused: "bg-medium-fill",
  on_break: "border-2 border-medium-fill",
  completed: "bg-ink-3 rounded-full",
  terminated: "bg-high-fill",
  turned_away: "border-2 border-high-fill",
  no_show: "border border-dashed border-ink-3 rounded-full",
  cancelled: "border border-dashed border-ink-3",
};

/** The shape alone, where the word stands elsewhere or finds no room. */
export function SittingDot({ state }: { state: SittingState }) {
  return <span aria-hidden="true" className={`size-2 shrink-0 ${DOTS[state]}`} />;
}

export function SittingChip({ session }: { session: ExamSession }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <span data-sitting={session.state} className="inline-flex items-center gap-1.5 whitespace-nowrap">
        <SittingDot state={session.state} />
        {named("sitting", session.state)}
      </span>
      {session.asked && <span className="font-medium text-medium text-xs">{named("asked", session.asked)}</span>}
      {session.practice && (
        <span className="rounded-sm border border-line-strong px-1 text-2xs text-ink-2">
          {t("exam-sessions.practice")}
        </span>
      )}
    </span>
  );
}
