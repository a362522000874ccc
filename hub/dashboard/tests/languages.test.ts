/** Every language says everything that English says, with the same blanks to fill in. */
import { describe, expect, it } from "vitest";
import { de } from "@/text/de";
import { en } from "@/text/en";

const blanks = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();

describe("English", () => {
  it("says each thing in one part only: the later one would win without a word", () => {
    const parts = import.meta.glob<Record<string, object>>("../src/text/en/*.ts", { eager: true });
    const names = Object.entries(parts)
      .filter(([file]) => !file.endsWith("/index.ts"))
      .flatMap(([, part]) => Object.values(part).flatMap((sentences) => Object.keys(sentences)));
    expect(names.length).toBe(Object.keys(en).length);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });
});

describe("German", () => {
  it("has every sentence, and none that English has not", () => {
    expect(Object.keys(de).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  it.each(Object.entries(en))("fills in what English does: %s", (key, sentence) => {
    const translated = (de as Record<string, string>)[key] ?? "";
    expect(translated.trim()).not.toBe("");
    expect(blanks(translated)).toEqual(blanks(sentence));
  });
});
