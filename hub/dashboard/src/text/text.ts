/** Looks a sentence up in the catalogue, so that another language is one more file. */
import { en } from "@/text/en";

type Key = keyof typeof en;
type CountedKey = Key extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never;
type Values = Record<string, string | number>;

export const locale = "en";
const plural = new Intl.PluralRules(locale);
const catalogue: Record<string, string> = en;

function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function t(key: Key, values: Values = {}): string {
  return fill(en[key], values);
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
