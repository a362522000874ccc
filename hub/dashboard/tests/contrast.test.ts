import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/styles.css", "utf8");

/** The colours of one block of the style sheet, such as `:root`. */
function theme(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}", 1)[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]));
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const TEXT = ["ink", "ink-2", "ink-3", "low", "medium", "high"];
const GROUNDS = ["ground", "surface", "hover", "sunken"];
const SHAPES = ["accent", "low-fill", "medium-fill", "high-fill"];

describe.each([
  ["light", ":root"],
  ["dark", '[data-theme="dark"]'],
])("the %s theme", (_, selector) => {
  const colours = theme(selector);
  const ratio = (one: string, other: string) => contrast(colours[one] ?? "", colours[other] ?? "");

  it.each(TEXT.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)))(
    "has text in %s on %s at AA",
    (text, ground) => expect(ratio(text, ground)).toBeGreaterThanOrEqual(4.5),
  );

  it.each(SHAPES.map((shape) => [shape]))("has shapes in %s at AA", (shape) =>
    expect(ratio(shape, "surface")).toBeGreaterThanOrEqual(3),
  );

  it("has problems legible on their tint", () => {
    expect(ratio("high", "high-tint")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("ink", "high-tint")).toBeGreaterThanOrEqual(4.5);
  });
});
