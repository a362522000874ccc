/** What was added to a text and what was removed, word by word: the longest common sequence of its words and spaces. */
export type Piece = { text: string; kind: "same" | "added" | "removed" };

/** Beyond this many words on both sides together one would wait for it. */
const MOST = 4_000_000;

export function compare(before: string, after: string): Piece[] {
  const old = before.match(/\s+|[^\s]+/g) ?? [];
  const now = after.match(/\s+|[^\s]+/g) ?? [];
  let first = 0;
  while (first < old.length && first < now.length && old[first] === now[first]) first++;
  let last = 0;
  while (last < Math.min(old.length, now.length) - first && old[old.length - 1 - last] === now[now.length - 1 - last]) {
    last++;
  }
  const pieces: Piece[] = [];
  const say = (text: string, kind: Piece["kind"]) => {
    const newest = pieces.at(-1);
    if (newest?.kind === kind) newest.text += text;
    else if (text) pieces.push({ text, kind });
  };
  say(old.slice(0, first).join(""), "same");
  const [a, b] = [old.slice(first, old.length - last), now.slice(first, now.length - last)];
  if (a.length * b.length > MOST) {
    say(a.join(""), "removed");
    say(b.join(""), "added");
  } else {
    for (const [text, kind] of walk(a, b)) say(text, kind);
  }
  say(last ? old.slice(-last).join("") : "", "same");
  return pieces;
}

function* walk(a: string[], b: string[]): Generator<[string, Piece["kind"]]> {
  const wide = b.length + 1;
  const common = new Uint32Array((a.length + 1) * wide);
  const at = (i: number, j: number) => common[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      yield [a[i] as string, "same"];
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) yield [a[i++] as string, "removed"];
    else yield [b[j++] as string, "added"];
  }
}
