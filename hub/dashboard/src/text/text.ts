/** Looks a sentence up in the catalogue. Which language it is, is settled before the first page is made. */
import type { en } from "@/text/en";
import { first } from "@/text/en/first";

type Key = keyof typeof en;
type CountedKey = Key extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never;
type Values = Record<string, string | number>;
/** A whole language: every sentence that English has. */
export type Catalogue = Record<Key, string>;

export let locale = "en";
let plural = new Intl.PluralRules(locale);
let catalogue: Record<string, string> = first;

/** Called once, by `main`, before any page is loaded: pages look sentences up while they load. */
export function speak(language: string, sentences: Record<string, string>): void {
  locale = language;
  plural = new Intl.PluralRules(language);
  catalogue = sentences;
}

/** More sentences of the same language, before a page that says them is loaded. */
export function learn(sentences: Record<string, string>): void {
  catalogue = { ...catalogue, ...sentences };
}

function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function t(key: Key, values: Values = {}): string {
  return fill(catalogue[key] ?? key, values);
}

/** A sentence that depends on a number, in the plural form of the language. */
export function count(stem: CountedKey, number: number, values: Values = {}): string {
  const sentence = catalogue[`${stem}_${plural.select(number)}`] ?? catalogue[`${stem}_other`] ?? stem;
  return fill(sentence, { count: number, ...values });
}

/** A name the hub may have learnt before this page did: falls back to the word itself, made readable. */
export function named(prefix: string, word: string): string {
  const readable = word.replaceAll("_", " ");
  return catalogue[`${prefix}.${word}`] ?? readable.charAt(0).toUpperCase() + readable.slice(1);
}
