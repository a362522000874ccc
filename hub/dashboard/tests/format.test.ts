import { describe, expect, it } from "vitest";
import { KINDS, SEVERITIES } from "@/api/types";
import { count, named, t } from "@/text/text";
import { age, bytes, duration, utc } from "@/time/format";
import { T0 } from "./make";

describe("durations and ages", () => {
  it.each([
    [0, "0.0 s"],
    [4_240, "4.2 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 0 s"],
    [3_599_600, "1 h 0 min"],
    [93_600_000, "1 d 2 h"],
    [-50, "0.0 s"],
  ])("%d ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [-3000, "just now"],
    [1000, "just now"],
    [12_000, "12 s ago"],
    [61_000, "1 min ago"],
    [7_260_000, "2 h 1 min ago"],
  ])("%d ms before now is %s", (ms, text) => expect(age(T0 - ms, T0)).toBe(text));

  it("says UTC as UTC, whatever the zone of the viewer", () => {
    expect(utc(T0)).toBe("2030-05-04 10:00:00 UTC");
  });

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [4_812_800, "4.8 MB"],
    [212_000_000_000, "212 GB"],
  ])("%d bytes are %s", (size, text) => expect(bytes(size)).toBe(text));
});

describe("the catalogue", () => {
  it("chooses the plural", () => {
    expect(count("booth.waiting", 1)).toBe("1 event waiting");
    expect(count("booth.waiting", 3)).toBe("3 events waiting");
  });

  it("has a word for every kind and severity", () => {
    for (const kind of KINDS) expect(t(`kind.${kind}`)).not.toBe("");
    for (const severity of SEVERITIES) expect(t(`severity.${severity}`)).not.toBe("");
  });

  it("makes a readable word of what it does not know", () => {
    expect(named("gap", "power_cut")).toBe("Power cut");
  });
});
