/** Every language says everything that English says, with the same blanks to fill in. */
import { describe, expect, it } from "vitest";
import { de } from "@/text/de";
import { en } from "@/text/en";
import { first } from "@/text/en/first";
import { rest } from "@/text/en/rest";

const blanks = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();

describe("English", () => {
  it("says each thing in one part only: the later one would win without a word", () => {
    const parts = import.meta.glob<Record<string, object>>("../src/text/en/*.ts", { eager: true });
    const names = Object.entries(parts)
      .filter(([file]) => !/\/(index|first|rest)\.ts$/.test(file))
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

/** A module of ours and all that it imports before anything is asked for, by path under `src/`. */
function reached(from: string): Map<string, string> {
  const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
  const found = new Map<string, string>();
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = [name, `${name}.ts`, `${name}.tsx`].find((each) => `../src/${each}` in sources);
    if (file === undefined || found.has(file) || file.startsWith("text/")) continue;
    const source = sources[`../src/${file}`] ?? "";
    found.set(file, source);
    for (const [, type, path = ""] of source.matchAll(/^(?:import|export) (type )?[^;]*?from "@\/([^"]+)"/gm)) {
      if (!type) waiting.push(path);
    }
  }
  return found;
}

describe("what is there at once", () => {
  const files = reached("app");

  it("says nothing whose sentence is loaded later", () => {
    expect(files.size).toBeGreaterThan(80);
    const later = Object.keys(rest);
    const wrong = [...files].flatMap(([file, source]) => {
      const words = [...source.matchAll(/["`]([a-z][\w.-]*)["`$]/g)].map(([, word = ""]) => word);
      const whole = words.filter((word) => word in rest || `${word}_other` in rest);
      const stems = [...source.matchAll(/(?:t|count|text:)\(?`([\w.-]+)\$\{/g)].map(([, stem = ""]) => stem);
      const named = [...source.matchAll(/named\("([\w.-]+)"/g)].map(([, stem = ""]) => `${stem}.`);
      const open = [...stems, ...named].filter((stem) => later.some((key) => key.startsWith(stem)));
      return [...whole, ...open].map((word) => `${file}: ${word}`);
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(first).length).toBeGreaterThan(100);
  });
});
