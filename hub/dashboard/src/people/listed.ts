/** Finding and ordering in lists that the hub gives whole. */
import { locale } from "@/text/text";

const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(locale);

/** Whether every word stands somewhere in these texts; accents and capitals are alike. */
export function found(q: string | undefined, ...texts: (string | null | undefined)[]): boolean {
  if (!q) return true;
  const all = plain(texts.filter(Boolean).join("\n"));
  return plain(q)
    .split(/\s+/)
    .every((word) => all.includes(word));
}

type Value = string | number | null | undefined;

/** By one of these; with `-` before it from the end. What has none comes last, either way. */
export function ordered<Item>(items: readonly Item[], by: string, of: Record<string, (item: Item) => Value>): Item[] {
  const value = of[by.replace(/^-/, "")];
  if (!value) return [...items];
  const turn = by.startsWith("-") ? -1 : 1;
  return items.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left == null || right == null) return left == null ? (right == null ? 0 : 1) : -1;
    if (typeof left === "number" && typeof right === "number") return turn * (left - right);
    return turn * String(left).localeCompare(String(right), locale, { numeric: true });
  });
}
