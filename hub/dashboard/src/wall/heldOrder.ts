/** The order that is shown: the wanted one, but never moving what somebody is about to click. */
import { useEffect, useRef, useState } from "react";
import { keepInPlace } from "@/wall/order";

/** A pointer that moves over the wall is on its way to a tile; everything waits until it rests. */
const REST_MS = 1200;

/** Between two moves: one glide is over before the next begins, and the eye has found what it looked for. */
const MOVE_EVERY_MS = 2000;

export type Held = {
  order: string[];
  handlers: {
    onPointerMove: (event: { target: EventTarget }) => void;
    onPointerLeave: () => void;
  };
};

/** `focused` is the tile that has the keyboard, which keeps its place as the one under the pointer does. */
export function useHeldOrder(wanted: string[], focused: string | null): Held {
  const [moving, setMoving] = useState(false);
  const [pinned, setPinned] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const shown = useRef<string[]>(wanted);
  const movedAt = useRef(0);
  const [, look] = useState(0);
  useEffect(() => () => clearTimeout(timer.current), []);

  const same = wanted.length === shown.current.length && wanted.every((id) => shown.current.includes(id));
  const held = [pinned, focused].filter((id) => id !== null);
  const next = keepInPlace(wanted, shown.current, held);
  const moves = !same || next.some((id, place) => id !== shown.current[place]);
  const early = same && performance.now() - movedAt.current < MOVE_EVERY_MS;
  if (moves && !early && !(moving && same)) {
    shown.current = next;
    movedAt.current = performance.now();
  }
  const waits = moves && early;
  useEffect(() => {
    if (!waits) return;
    const due = setTimeout(() => look((times) => times + 1), MOVE_EVERY_MS);
    return () => clearTimeout(due);
  }, [waits]);
  return {
    order: shown.current,
    handlers: {
      onPointerMove: (event) => {
        const tile = (event.target as HTMLElement).closest<HTMLElement>("[data-booth-id]");
        setPinned(tile?.dataset.boothId ?? null);
        setMoving(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setMoving(false), REST_MS);
      },
      onPointerLeave: () => {
        clearTimeout(timer.current);
        setMoving(false);
        setPinned(null);
      },
    },
  };
}
