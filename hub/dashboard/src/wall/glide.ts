/** Tiles that change place glide there, so that the eye can follow; at once where motion is not wanted. */
import { type RefObject, useLayoutEffect, useRef } from "react";

const GLIDE_MS = 280;

export function useGlide(container: RefObject<HTMLElement | null>, order: readonly string[]): void {
  const places = useRef(new Map<string, { x: number; y: number }>());
  const joined = order.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a changed order moves tiles
  useLayoutEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = new Map<string, { x: number; y: number }>();
    for (const tile of container.current?.querySelectorAll<HTMLElement>("[data-booth-id]") ?? []) {
      const id = tile.dataset.boothId ?? "";
      const place = { x: tile.offsetLeft, y: tile.offsetTop };
      const old = places.current.get(id);
      next.set(id, place);
      if (!old || still || (old.x === place.x && old.y === place.y)) continue;
      tile.animate?.([{ transform: `translate(${old.x - place.x}px, ${old.y - place.y}px)` }, { transform: "none" }], {
        duration: GLIDE_MS,
        easing: "cubic-bezier(0.2, 0, 0, 1)",
      });
    }
    places.current = next;
  }, [joined]);
}
