/** Things of many booths, sorted by booth. A booth of which nothing changed keeps its array, and its tile its drawing. */
import { useRef } from "react";

export type Grouped<Item> = ReadonlyMap<string, readonly Item[]>;

export function group<Item extends { booth_id: string }>(
  items: readonly Item[],
  before: Grouped<Item> = new Map(),
): Grouped<Item> {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const own = found.get(item.booth_id);
    if (own) own.push(item);
    else found.set(item.booth_id, [item]);
  }
  return new Map(
    [...found].map(([id, own]) => {
      const old = before.get(id);
      return [id, old && old.length === own.length && old.every((item, index) => item === own[index]) ? old : own];
    }),
  );
}

export function useGrouped<Item extends { booth_id: string }>(items: readonly Item[]): Grouped<Item> {
  const last = useRef<{ items: readonly Item[]; grouped: Grouped<Item> } | null>(null);
  if (last.current?.items !== items) last.current = { items, grouped: group(items, last.current?.grouped) };
  return last.current.grouped;
}
