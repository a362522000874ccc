/** One row of a timeline: its name at the left, what lies on the time axis at the right. */
import type { ReactNode } from "react";
import { ticks } from "@/timeline/scale";
import type { Window } from "@/violations/strip";

export const ROW = "grid grid-cols-[104px_minmax(0,1fr)] items-stretch sm:grid-cols-[132px_minmax(0,1fr)]";

type Props = {
  name: string;
  /** What the top and the bottom of a line mean. */
  ends?: readonly [string, string];
  window: Window;
  tall?: boolean;
  children: ReactNode;
};

export function Lane({ name, ends, window, tall = false, children }: Props) {
  return (
    <div className={ROW}>
      <div className="flex min-w-0 items-center justify-between gap-2 pr-2">
        <span className="truncate text-ink-2 text-xs" title={name}>
          {name}
        </span>
        {ends && (
          <span className="flex shrink-0 flex-col justify-between self-stretch py-0.5 text-right text-2xs text-ink-3 leading-none">
            <span>{ends[0]}</span>
            <span>{ends[1]}</span>
          </span>
        )}
      </div>
      <div className={`relative overflow-hidden border-line border-b ${tall ? "h-12" : "h-6"}`}>
        {ticks(window).map(({ at, left }) => (
          <span key={at} className="absolute inset-y-0 w-px bg-line" style={{ left: `${left}%` }} />
        ))}
        {children}
      </div>
    </div>
  );
}

/** Where something lies, as style; null outside of the window. */
export function spot(from: number, to: number, window: Window): { left: string; width: string } | null {
  if (to < window.from || from > window.to) return null;
  const length = window.to - window.from;
  const left = Math.max(0, ((from - window.from) / length) * 100);
  const right = Math.min(100, ((to - window.from) / length) * 100);
  return { left: `min(${left}%, calc(100% - 3px))`, width: `${Math.max(0, right - left)}%` };
}
