/** What the page that is open lets one do: Ctrl-K finds it, and `?` shows its keys. */
import { useEffect, useId, useRef } from "react";

export type PageAct = { text: string; key?: string; run: () => void };

const registered = new Map<string, () => readonly PageAct[]>();

/** While the component is there, these can be found. */
export function usePageActs(acts: readonly PageAct[]): void {
  const id = useId();
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    registered.set(id, () => latest.current);
    return () => void registered.delete(id);
  }, [id]);
}

export function pageActs(): PageAct[] {
  return [...registered.values()].flatMap((acts) => acts());
}
