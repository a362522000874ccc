/** How much is left, how much was done since this page was opened, and how fast. */
import { useState } from "react";
import { count, t } from "@/text/text";
import { number } from "@/time/format";

/** The hub counts to so many. */
const COUNTED = 100;
/** Fewer say nothing of a pace. */
const PACE_FROM = 3;

export type Pace = {
  done: (some: number) => void;
  undone: (some: number) => void;
  /** The hub was asked anew how many wait. */
  renewed: () => void;
  decided: number;
  /** Of those, since the hub was asked how many wait. */
  since: number;
  perMinute: number;
};

export function usePace(): Pace {
  const [times, setTimes] = useState<readonly number[]>([]);
  const [counted, setCounted] = useState(0);
  const [opened] = useState(() => Date.now());
  const minutes = ((times.at(-1) ?? opened) - opened) / 60_000;
  return {
    decided: times.length,
    since: Math.max(0, times.length - counted),
    perMinute: times.length >= PACE_FROM && minutes > 0 ? times.length / minutes : 0,
    done: (some) => setTimes((old) => [...old, ...new Array<number>(some).fill(Date.now())]),
    renewed: () => setCounted(times.length),
    undone: (some) => setTimes((old) => old.slice(0, Math.max(0, old.length - some))),
  };
}

export function Progress({ pace, waiting }: { pace: Pace; waiting: number }) {
  const many = waiting >= COUNTED;
  const left = Math.max(0, waiting - pace.since);
  return (
    <div role="status" data-testid="progress" className="tabular flex items-center gap-3 text-ink-2">
      <span className="font-medium text-ink">
        {many ? t("review.left-many", { count: number(COUNTED - 1) }) : count("review.left", left)}
      </span>
      {pace.decided > 0 && (
        <>
          {!many && (
            <span aria-hidden="true" className="h-1.5 w-24 overflow-hidden rounded-full bg-line">
              <span
                className="block h-full rounded-full bg-accent transition-[width]"
                style={{ width: `${(pace.decided / Math.max(1, pace.decided + left)) * 100}%` }}
              />
            </span>
          )}
          <span>{count("review.decided-here", pace.decided)}</span>
          {pace.perMinute > 0 && <span>{t("review.pace", { pace: number(pace.perMinute, 1) })}</span>}
        </>
      )}
    </div>
  );
}
