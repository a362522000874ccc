/** The lanes under one pointer: hovering tells what was at a moment, a press or a drag goes there, a wheel zooms. */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { ROW } from "@/timeline/Lane";
import { length, ticks } from "@/timeline/scale";
import type { Window } from "@/violations/strip";

const STEP_MS = 5000;
const FINE_MS = 1000;
const PAGE_SHARE = 0.1;

type Props = {
  window: Window;
  whole: Window;
  at: number;
  /** Whether `at` is the present, which goes on by itself. */
  follows: boolean;
  /** What was at a moment, in words; the first is said first. */
  tell: (at: number) => string[];
  onSeek: (at: number | null) => void;
  /** Below 1 shows less time, around a moment. */
  onZoom: (factor: number, around: number) => void;
  onPan: (by: number) => void;
  onJump: (direction: -1 | 1) => void;
  children: ReactNode;
};

export function Axis({ window: shown, whole, at, follows, tell, onSeek, onZoom, onPan, onJump, children }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const [dragging, setDragging] = useState(false);
  const share = (time: number) => ((time - shown.from) / length(shown)) * 100;
  const timeAt = (clientX: number) => {
    const { left, width } = (field.current as HTMLDivElement).getBoundingClientRect();
    return shown.from + Math.min(1, Math.max(0, (clientX - left) / Math.max(1, width))) * length(shown);
  };

  const seek = (to: number) =>
    onSeek(to >= whole.to - 250 && follows ? null : Math.min(whole.to, Math.max(whole.from, to)));
  const beside = (event: PointerEvent) => event.clientX < (field.current?.getBoundingClientRect().left ?? 0);
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || beside(event) || (event.target as Element).closest("a")) return;
    event.currentTarget.setPointerCapture?.(event.pointerId);
    setDragging(true);
    onSeek(timeAt(event.clientX));
    handle.current?.focus({ preventScroll: true });
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (beside(event) && !dragging) return setHover(null);
    const time = timeAt(event.clientX);
    setHover(time);
    if (dragging) onSeek(time);
  };

  // React's own wheel handler cannot keep the page from scrolling.
  const wheel = useRef({ onZoom, onPan, timeAt, shown });
  wheel.current = { onZoom, onPan, timeAt, shown };
  useEffect(() => {
    const element = root.current;
    const listen = (event: WheelEvent) => {
      const now = wheel.current;
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      // Over the lanes a plain wheel still scrolls the page, unless the playhead was chosen before.
      if (!event.ctrlKey && !event.metaKey && !sideways && document.activeElement !== handle.current) return;
      event.preventDefault();
      if (sideways) now.onPan(((event.deltaX || event.deltaY) / (element?.clientWidth || 1)) * length(now.shown));
      else now.onZoom(1.0015 ** event.deltaY, now.timeAt(event.clientX));
    };
    element?.addEventListener("wheel", listen, { passive: false });
    return () => element?.removeEventListener("wheel", listen);
  }, []);

  const keys = (event: KeyboardEvent) => {
    const step = event.shiftKey ? FINE_MS : STEP_MS;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => seek(at - step),
      ArrowRight: () => seek(at + step),
      ArrowDown: () => seek(at - step),
      ArrowUp: () => seek(at + step),
      PageDown: () => seek(at - length(shown) * PAGE_SHARE),
      PageUp: () => seek(at + length(shown) * PAGE_SHARE),
      Home: () => onSeek(whole.from),
      End: () => onSeek(follows ? null : whole.to),
      "+": () => onZoom(0.5, at),
      "=": () => onZoom(0.5, at),
      "-": () => onZoom(2, at),
      "0": () => onZoom(Number.POSITIVE_INFINITY, at),
      "[": () => onJump(-1),
      "]": () => onJump(1),
    };
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  const here = share(Math.min(at, shown.to));
  const visible = at >= shown.from && at <= shown.to + 1;
  return (
    <div
      ref={root}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => setDragging(false)}
      onPointerLeave={() => setHover(null)}
      className="relative touch-pan-y select-none"
    >
      {children}
      <div className={ROW}>
        <span />
        <div className="tabular relative h-5 overflow-hidden text-2xs text-ink-3" aria-hidden="true">
          {ticks(shown).map(({ at: time, left }) => (
            <span
              key={time}
              className={`absolute top-1 ${left > 96 ? "-translate-x-full" : left < 3 ? "" : "-translate-x-1/2"}`}
              style={{ left: `${left}%` }}
            >
              {length(shown) > 600_000 ? clock(time).slice(0, 5) : clock(time)}
            </span>
          ))}
        </div>
      </div>
      <div className={`${ROW} pointer-events-none absolute inset-0`}>
        <span />
        <div ref={field} data-testid="timeline-field" className="relative">
          {hover !== null && !dragging && <Told at={hover} left={share(hover)} words={tell(hover)} />}
          <div
            ref={handle}
            role="slider"
            tabIndex={0}
            aria-label={t("timeline.playhead")}
            aria-describedby="timeline-keys"
            aria-valuemin={0}
            aria-valuemax={Math.round(length(whole) / 1000)}
            aria-valuenow={Math.round((Math.min(Math.max(at, whole.from), whole.to) - whole.from) / 1000)}
            aria-valuetext={[clock(at), ...tell(at)].join(", ")}
            onKeyDown={keys}
            className={`group absolute inset-y-0 w-6 -translate-x-1/2 outline-none ${visible ? "" : "opacity-0"}`}
            style={{ left: `${Math.min(100, Math.max(0, here))}%` }}
          >
            <span
              className={`absolute inset-y-0 left-1/2 w-0.5 -translate-x-1/2 group-focus-visible:w-1 ${follows ? "bg-accent" : "bg-ink"}`}
            />
            <span
              className={`absolute bottom-0 left-1/2 size-3 -translate-x-1/2 rounded-full border-2 border-surface group-focus-visible:ring-2 group-focus-visible:ring-accent ${follows ? "bg-accent" : "bg-ink"}`}
            />
          </div>
        </div>
      </div>
    </div>
  );
}

function Told({ at, left, words }: { at: number; left: number; words: string[] }) {
  return (
    <>
      <span className="pointer-events-none absolute inset-y-0 w-px bg-ink-3" style={{ left: `${left}%` }} />
      <div
        className={`pointer-events-none absolute bottom-full z-10 mb-1 w-max max-w-64 rounded-md border border-line-strong bg-surface px-2 py-1 text-xs shadow-sm ${left > 60 ? "-translate-x-full" : ""}`}
        style={{ left: `${left}%` }}
      >
        <p className="tabular font-medium">{clock(at)}</p>
        {words.map((word) => (
          <p key={word} className="text-ink-2">
            {word}
          </p>
        ))}
      </div>
    </>
  );
}
