/** How well something fits what was typed: beginnings of words, then parts of them, then letters in their order. */

const MARKS = /\p{Diacritic}/gu;

export function plain(text: string): string {
  return text.normalize("NFKD").replace(MARKS, "").toLowerCase();
}

const BEGINS = /(?<![\p{L}\p{N}])/gu;

/** The letters in their order, the first of them at the beginning of a word: `gex` is "Go to: Exams". */
function inOrder(text: string, letters: string): boolean {
  for (const { index } of text.matchAll(BEGINS)) {
    let from = index;
    const all = [...letters].every((letter, nth) => {
      const at = text.indexOf(letter, from);
      from = at + 1;
      return at !== -1 && (nth > 0 || at === index);
    });
    if (all) return true;
  }
  return false;
}

/** Of one word: 3, 2, 1, or 0 where it does not fit. Fewer than three letters apart mean nothing. */
function fits(text: string, word: string, loosely: boolean): number {
  const at = text.indexOf(word);
  if (at === 0 || (at > 0 && /[^\p{L}\p{N}]/u.test(text.charAt(at - 1)))) return 3;
  if (at > 0) return 2;
  return loosely && word.length >= 3 && inOrder(text, word) ? 1 : 0;
}

/** 0 where a word of what was typed does not fit at all; more is better. An empty search fits everything. */
export function score(text: string, typed: string, loosely = true): number {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  const there = plain(text);
  const each = words.map((word) => fits(there, word, loosely));
  return each.includes(0) ? 0 : each.reduce((sum, one) => sum + one, 0) / words.length;
}
