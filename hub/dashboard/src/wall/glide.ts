/** Tiles that change place glide there, so that the eye can follow; at once where motion is not wanted. */
import { type RefObject, useLayoutEffect, useRef } from "react";

const GLIDE_MS = 280;
const EASING = "cubic-bezier(0.2, 0, 0, 1)";

/** No tile is taller. */
const TALLEST_PX = 600;

type Place = { x: number; y: number };

/** All places are read before anything is moved: a write between two reads would have the page laid out for each. */
function places(container: HTMLElement): Map<HTMLElement, Place> {
  const tiles = container.querySelectorAll<HTMLElement>("[data-booth-id]");
  return new Map([...tiles].map((tile) => [tile, { x: tile.offsetLeft, y: tile.offsetTop }]));
}

export function useGlide(container: RefObject<HTMLElement | null>, order: readonly string[]): void {
  const before = useRef(new Map<string, Place>());
  const joined = order.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a changed order moves tiles
  useLayoutEffect(() => {
    const list = container.current;
    if (!list) return;
    const now = places(list);
    const old = before.current;
    before.current = new Map([...now].map(([tile, place]) => [tile.dataset.boothId ?? "", place]));
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const [from, to] = [scrollY, scrollY + innerHeight];
    const inSight = ({ y }: Place) => y > from - TALLEST_PX && y < to;
    for (const [tile, place] of now) {
      const was = old.get(tile.dataset.boothId ?? "");
      if (!was || (was.x === place.x && was.y === place.y)) continue;
      // What goes from out of sight to out of sight need not be drawn on its way.
      if (!inSight(was) && !inSight(place)) continue;
      tile.animate?.([{ transform: `translate(${was.x - place.x}px, ${was.y - place.y}px)` }, { transform: "none" }], {
        duration: GLIDE_MS,
        easing: EASING,
      });
    }
  }, [joined]);
}
