import { describe, expect, it } from "vitest";
import { lastMinutes, place, placeGaps, placeViolations, tallestFirst, unwatched } from "@/violations/strip";
import { at, booth, gap, T0, violation } from "./make";

const window = lastMinutes(10, T0 + 600_000);

describe("a strip of ten minutes", () => {
  it("places an interval in percent of its width", () => {
    expect(place(at(60), at(120), window)).toEqual({ left: 10, width: 10 });
  });

  it("lets what has no end last until now", () => {
    expect(place(at(540), null, window)).toEqual({ left: 90, width: 10 });
  });

  it("cuts what began before, and leaves out what ended before", () => {
    expect(place(at(-60), at(60), window)).toEqual({ left: 0, width: 10 });
    expect(place(at(-60), at(-1), window)).toBeNull();
  });

  it("leaves out what a booth with a fast clock says of the future", () => {
    expect(place(at(700), null, window)).toBeNull();
    expect(place(at(590), at(700), window)).toEqual({ left: (590 / 600) * 100, width: (10 / 600) * 100 });
  });

  it("keeps a moment that has no length", () => {
    expect(place(at(300), at(300), window)).toEqual({ left: 50, width: 0 });
  });

  it("places violations with what they are", () => {
    const inside = violation({ started_at: at(300), ended_at: at(330) });
    const outside = violation({ started_at: at(-300), ended_at: at(-200) });
    expect(placeViolations([inside, outside], window)).toEqual([{ left: 50, width: 5, violation: inside }]);
  });
});

describe("severities on one strip", () => {
  it("are drawn tallest first, so that a lower one over it stays in sight", () => {
    const low = violation({ severity: "low", started_at: at(10) });
    const high = violation({ severity: "high", started_at: at(0) });
    const drawn = tallestFirst(placeViolations([low, high], window));
    expect(drawn.map(({ violation }) => violation.severity)).toEqual(["high", "low"]);
  });
});

describe("time in which nobody looked", () => {
  it("is the booth's own gaps", () => {
    const own = gap({ started_at: at(60), ended_at: at(120) });
    const other = gap({ booth_id: "booth-2" });
    expect(placeGaps(unwatched(booth("booth-1"), [own, other]), window)).toEqual([{ left: 10, width: 10 }]);
  });

  it("is also the time since a booth went away, before the hub has a gap for it", () => {
    const gone = booth("booth-1", { availability: "offline", availability_since: at(480) });
    expect(placeGaps(unwatched(gone, []), window)).toEqual([{ left: 80, width: 20 }]);
  });
});
