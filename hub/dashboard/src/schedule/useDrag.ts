/** An exam session carried to another time or booth with the pointer. It only says where it was put down. */
import { type PointerEvent, useEffect, useRef, useState } from "react";
import type { ExamSession } from "@/api/types";
import { endOfSession, type Span, snap, startOfSession } from "@/schedule/layout";

/** Below it a press is a press. */
const SLACK_PX = 5;

export type Carried = { session: ExamSession; boothId: string; from: number; to: number };
type Held = { session: ExamSession; x: number; y: number; widthPx: number; moved: boolean };

function boothUnder(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-booth]") ?? null;
}

export function useDrag(span: Span, onDrop: (session: ExamSession, boothId: string, start: number) => void) {
  const [carried, setCarried] = useState<Carried | null>(null);
  const held = useRef<Held | null>(null);
  /** A press that carried something is no click on it. */
  const swallow = useRef(false);

  const where = (event: { clientX: number; clientY: number }, { session, x, widthPx }: Held): Carried => {
    const start = snap(startOfSession(session) + ((event.clientX - x) / widthPx) * (span.to - span.from));
    const length = endOfSession(session) - startOfSession(session);
    const boothId = boothUnder(event.clientX, event.clientY)?.dataset.booth ?? session.booth_id ?? "";
    return { session, boothId, from: start, to: start + length };
  };

  useEffect(() => {
    if (!carried) return;
    const give = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      held.current = null;
      setCarried(null);
    };
    window.addEventListener("keydown", give);
    return () => window.removeEventListener("keydown", give);
  }, [carried]);

  /** What a block that may be carried listens to. A finger scrolls; it taps, and finds the same in the dialog. */
  const handle = (session: ExamSession) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const row = event.currentTarget.closest<HTMLElement>("[data-booth]");
      if (event.button !== 0 || event.pointerType === "touch" || !row) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      held.current = { session, x: event.clientX, y: event.clientY, widthPx: row.clientWidth, moved: false };
      swallow.current = false;
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const now = held.current;
      if (!now) return;
      now.moved ||= Math.hypot(event.clientX - now.x, event.clientY - now.y) > SLACK_PX;
      if (now.moved) setCarried(where(event, now));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const now = held.current;
      held.current = null;
      setCarried(null);
      if (!now?.moved) return;
      swallow.current = true;
      const put = where(event, now);
      if (put.from !== startOfSession(session) || put.boothId !== session.booth_id)
        onDrop(session, put.boothId, put.from);
    },
    onPointerCancel: () => {
      held.current = null;
      setCarried(null);
    },
  });
  return { carried, handle, swallowed: () => swallow.current };
}
