/** Which tile plays its live picture: the one the pointer rests on, or that was asked for by key; one at a time. */
import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";

/** A pointer that only passes over a tile calls nobody. */
export const REST_MS = 700;

function tileOf(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-booth-id]")?.dataset.boothId ?? null) : null;
}

export type Preview = {
  boothId: string | null;
  toggle: (boothId: string) => void;
  stop: () => void;
  handlers: { onPointerOver: (event: PointerEvent) => void; onPointerLeave: () => void };
};

/** `may` says which booths can be watched now; nothing is played for others. */
export function usePreview(may: (boothId: string) => boolean): Preview {
  const [boothId, setBoothId] = useState<string | null>(null);
  const over = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(may);
  latest.current = may;

  const stop = useCallback(() => {
    clearTimeout(timer.current);
    setBoothId(null);
  }, []);
  useEffect(() => {
    const hidden = () => document.visibilityState === "hidden" && stop();
    document.addEventListener("visibilitychange", hidden);
    return () => {
      clearTimeout(timer.current);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [stop]);

  const enter = (id: string | null) => {
    if (id === over.current) return;
    over.current = id;
    stop();
    if (id === null) return;
    timer.current = setTimeout(() => latest.current(id) && setBoothId(id), REST_MS);
  };
  return {
    boothId,
    stop,
    toggle: (id) => {
      clearTimeout(timer.current);
      setBoothId((now) => (now === id || !latest.current(id) ? null : id));
    },
    handlers: {
      // A finger does not rest on a tile before it opens it.
      onPointerOver: (event) => event.pointerType === "mouse" && enter(tileOf(event.target)),
      onPointerLeave: () => enter(null),
    },
  };
}
