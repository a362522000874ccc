/**
 * Keeps what did not change in a list the same object, whatever else moved in it. React Query's own way compares place
 * by place, and a list that grows at its front would be compared in whole with every message.
 */
import { type InfiniteData, replaceEqualDeep } from "@tanstack/react-query";

function shared<Item>(old: readonly Item[], items: readonly Item[], idOf: (item: Item) => string): Item[] {
  const known = new Map(old.map((item) => [idOf(item), item]));
  return items.map((item) => {
    const before = known.get(idOf(item));
    return before === undefined || before === item ? item : replaceEqualDeep(before, item);
  });
}

/** For lists of the hub: `{ items: […] }`. */
export function shareList<Item, List extends { items: Item[] }>(idOf: (item: Item) => string) {
  return (old: unknown, next: unknown): unknown => {
    if (old === undefined) return next;
    const list = next as List;
    return { ...list, items: shared((old as List).items, list.items, idOf) };
  };
}

export function shareArray<Item>(idOf: (item: Item) => string) {
  return (old: unknown, next: unknown): unknown =>
    old === undefined ? next : shared(old as Item[], next as Item[], idOf);
}

export function sharePages<Item, Page extends { items: Item[] }>(idOf: (item: Item) => string) {
  return (old: unknown, next: unknown): unknown => {
    if (old === undefined) return next;
    const before = (old as InfiniteData<Page>).pages.flatMap((page) => page.items);
    const data = next as InfiniteData<Page>;
    return { ...data, pages: data.pages.map((page) => ({ ...page, items: shared(before, page.items, idOf) })) };
  };
}
