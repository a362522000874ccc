/** Whether something is in sight, or nearly: what is not need not move with the clock, nor fetch pictures. */
import { createContext, type RefObject, useEffect, useState } from "react";

/** How far out of sight counts already, so that scrolling does not meet empty places. */
const NEARLY = "200px";

/** Of what surrounds a component. Where nobody watches, everything is in sight. */
export const InSight = createContext(true);

const listeners = new WeakMap<Element, (inSight: boolean) => void>();
let observer: IntersectionObserver | undefined;

/** One for the whole page: with one for each of sixty tiles the browser would ask sixty of them with every frame. */
function shared(): IntersectionObserver {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
    },
    { rootMargin: NEARLY },
  );
  return observer;
}

/** `likely` is what is taken for true until the browser has said, one frame later. */
export function useInSight(element: RefObject<Element | null>, likely = false): boolean {
  const [inSight, setInSight] = useState(likely || typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const watched = element.current;
    if (!watched || typeof IntersectionObserver === "undefined") return;
    listeners.set(watched, setInSight);
    shared().observe(watched);
    return () => {
      shared().unobserve(watched);
      listeners.delete(watched);
    };
  }, [element]);
  return inSight;
}
