/** Where exam sessions stand in a day, and what an address of the schedule may say. */
import { describe, expect, it } from "vitest";
import type { ExamSession } from "@/api/types";
import { addDays, fromField, isDay, startOf, toField, weekOf } from "@/schedule/day";
import { collisions, place, shownHours } from "@/schedule/layout";
import { parseCodesSearch, parseScheduleSearch } from "@/schedule/search";

const DAY = "2030-05-04";
const midnight = startOf(DAY).getTime();
const clock = (hour: number, minute = 0) => new Date(midnight + (hour * 60 + minute) * 60_000).toISOString();

function sits(id: string, from: string, to: string, change: Partial<ExamSession> = {}): ExamSession {
  return {
    exam_session_id: id,
    state: "scheduled",
    scheduled_start: from,
    scheduled_end: to,
    started_at: null,
    ends_at: null,
    ended_at: null,
    ...change,
  } as ExamSession;
}

describe("a day", () => {
  it("shows eight to six, and more where more happens, by whole hours and never beyond midnight", () => {
    const next = startOf(addDays(DAY, 1)).getTime();
    expect(shownHours(midnight, next, [])).toEqual({ from: Date.parse(clock(8)), to: Date.parse(clock(18)) });
    const early = sits("a", clock(6, 30), clock(7));
    const late = sits("b", clock(22), clock(25));
    expect(shownHours(midnight, next, [early, late])).toEqual({ from: Date.parse(clock(6)), to: next });
  });

  it("sets those side by side that overlap, and the next one full again", () => {
    const found = place([
      sits("c", clock(12), clock(13)),
      sits("b", clock(9, 30), clock(10)),
      sits("a", clock(9), clock(11)),
    ]);
    expect(found.map(({ session, lane, lanes }) => [session.exam_session_id, lane, lanes])).toEqual([
      ["a", 0, 2],
      ["b", 1, 2],
      ["c", 0, 1],
    ]);
  });

  it("finds what runs late into the next, and not what is over", () => {
    const late = sits("a", clock(9), clock(10), {
      state: "in_progress",
      started_at: clock(9, 40),
      ends_at: clock(10, 40),
    });
    const next = sits("b", clock(10, 15), clock(11));
    expect([...collisions(place([late, next]))].map(([id, into]) => [id, into.exam_session_id])).toEqual([["a", "b"]]);
    const over = sits("a", clock(9), clock(10, 40), { state: "completed", started_at: clock(9), ended_at: clock(10) });
    expect(collisions(place([over, next])).size).toBe(0);
  });

  it("counts weeks from Monday, and a field gives back what it was given", () => {
    expect(weekOf(DAY)[0]).toBe("2030-04-29");
    expect(weekOf("2030-04-29")).toContain(DAY);
    expect(fromField(toField(midnight + 9.5 * 3_600_000))).toBe(midnight + 9.5 * 3_600_000);
    expect([isDay("2030-02-30"), isDay("2030-02-28"), isDay(7)]).toEqual([false, true, false]);
  });
});

describe("the address of the schedule", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(parseScheduleSearch({ day: DAY, view: "week", room: "b1", site: "No!", x: 1 })).toEqual({
      day: DAY,
      view: "week",
      room: "b1",
    });
    expect(parseScheduleSearch({ day: "today", view: "day", candidate: "x" })).toEqual({});
    expect(parseCodesSearch({ day: DAY, view: "week", slips: true })).toEqual({ day: DAY, slips: true });
  });
});
