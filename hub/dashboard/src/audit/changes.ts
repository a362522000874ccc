/** What the details of an entry say, line by line: what was and what is, or what was told. */
export type Line = { name: string; before?: string; after?: string; value?: string };

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nothing is a dash, a list is its parts, and what has parts of its own is JSON. */
export function told(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (Array.isArray(value)) return value.length === 0 ? "—" : value.map((each) => told(each)).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** `{before, after}` and `{from, to}` say the same. */
function pair(value: unknown): [unknown, unknown] | undefined {
  if (!isObject(value)) return undefined;
  const names = Object.keys(value).toSorted().join(" ");
  if (names === "after before") return [value.before, value.after];
  return names === "from to" ? [value.from, value.to] : undefined;
}

/** What differs; of things with parts, only the parts that do. */
function difference(name: string, before: unknown, after: unknown): Line[] {
  if (!isObject(before) || !isObject(after)) return [{ name, before: told(before), after: told(after) }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((part) => !same(before[part], after[part]))
    .flatMap((part) => difference(name ? `${name} ${part}` : part, before[part], after[part]));
}

export function lines(detail: Json): Line[] {
  const { before, after, ...others } = detail;
  const both = "before" in detail && "after" in detail;
  return [...(both ? difference("", before, after) : []), ...parts("", both ? others : detail)];
}

function parts(above: string, detail: Json): Line[] {
  return Object.entries(detail).flatMap(([key, value]): Line[] => {
    const name = above ? `${above} ${key}` : key;
    const was = pair(value);
    if (was) return difference(name, was[0], was[1]);
    // The fields of a rule profile that changed: what each was, and what it is.
    if (above === "changes" && Array.isArray(value) && value.length === 2) return difference(key, value[0], value[1]);
    if (isObject(value)) return parts(name, value);
    return value === null || value === "" ? [] : [{ name, value: told(value) }];
  });
}

/** The one thing about an entry that is worth a line in a list: a name, or what became of what. */
export function gist(detail: Json): string {
  const { before, after, display_name, name, kind, state, wrong, text, reason } = detail;
  if (typeof before === "string" && typeof after === "string") return `${before} → ${after}`;
  const said = [display_name, name, text, reason, kind, state, wrong].find((each) => typeof each === "string" && each);
  return typeof said === "string" ? said : "";
}
