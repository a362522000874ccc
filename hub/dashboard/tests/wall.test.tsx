/** The wall's words and choices: what a tile says, which tiles are shown, what raises an alert. */
import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Alert, type AlertKind, alertsBetween, type Known, known } from "@/alerts/differences";
import { PAUSE_MS, Pace } from "@/alerts/pace";
import type { Booth, ExamSession } from "@/api/types";
import { shows } from "@/wall/filter";
import { group } from "@/wall/group";
import { LookRing } from "@/wall/LookRing";
import { orderBooths } from "@/wall/order";
import { parseWallSearch } from "@/wall/search";
import { chipState, isIn, timeLeftMs, unseenSince } from "@/wall/states";
import { shortTime } from "@/wall/TileLine";
import { REST_MS, usePreview } from "@/wall/usePreview";
import { at, booth, health, T0, violation } from "./make";

function sits(id: string, change: Partial<ExamSession> = {}, of: Partial<Booth> = {}): Booth {
  const session: ExamSession = {
    exam_session_id: `00000000-0000-4000-8000-00000000${id.padStart(4, "0")}`,
    exam_id: "00000000-0000-4000-8000-0000000000e1",
    exam_name: "Linear algebra",
    candidate_id: "00000000-0000-4000-8000-0000000000c1",
    candidate_number: "4711",
    candidate_name: "Ada Byron",
    booth_id: id,
    booth_name: id,
    room_id: null,
    site_id: null,
    state: "in_progress",
    scheduled_start: at(0),
    scheduled_end: at(5400),
    practice: false,
    started_at: at(0),
    ends_at: at(5400),
    left_s: null,
    ended_at: null,
    extra_time_s: 0,
    legal_hold: false,
    notice_version: 1,
    waiting_since: null,
    asked: null,
    hand_raised_at: null,
    open_violations: 0,
    violations: 0,
    unreviewed: 0,
    last_looked_at: null,
    ...change,
  };
  return booth(id, { exam_session: session, ...of });
}

describe("what a booth is doing", () => {
  it("is its exam session's state, unless the booth is away", () => {
    expect(chipState(sits("1"))).toBe("in_progress");
    expect(chipState(sits("1", { state: "checked_in" }))).toBe("waiting");
    expect(chipState(sits("1", {}, { availability: "offline" }))).toBe("offline");
    expect(chipState(booth("1"))).toBe("idle");
  });

  it("is idle before an exam session has begun and after it has ended", () => {
    expect(chipState(sits("1", { state: "scheduled" }))).toBe("idle");
    expect(chipState(sits("1", { state: "completed" }))).toBe("idle");
    expect(timeLeftMs(sits("1", { state: "completed" }), T0)).toBeNull();
  });

  it("finds a raised hand whatever else the booth does", () => {
    expect(isIn(sits("1", { state: "paused" }, { hand_raised_at: at(1) }), "hand")).toBe(true);
    expect(isIn(sits("1", { state: "paused" }), "hand")).toBe(false);
  });

  it("counts time left down while the clock runs, and not while it stands", () => {
    expect(timeLeftMs(sits("1"), T0 + 1000)).toBe(5_399_000);
    expect(timeLeftMs(sits("1", { state: "paused", ends_at: null, left_s: 60 }), T0 + 9000)).toBe(60_000);
    expect(shortTime(5_399_000)).toBe("90 min");
    expect(shortTime(250_000)).toBe("4 min 10 s");
    expect(shortTime(-61_000)).toBe("1 min 1 s over");
  });
});

describe("a booth that nobody looks at", () => {
  it("is unseen since the exam began, or since the last look", () => {
    expect(unseenSince(sits("1"))).toBe(T0);
    expect(unseenSince(sits("1", {}, { last_looked_at: at(30) }))).toBe(T0 + 30_000);
    expect(unseenSince(sits("1", { state: "paused" }))).toBeNull();
  });

  it("comes before the quiet ones and after what is worse", () => {
    const booths = [sits("a"), sits("b"), sits("c", {}, { worst_open: "medium" })];
    expect(orderBooths(booths, new Set(["b"])).map((each) => each.booth_id)).toEqual(["c", "b", "a"]);
  });

  it("says who looks instead, once somebody does", () => {
    const grace = { username: "grace", display_name: "Grace Hopper", since: at(0), live: true };
    const { rerender } = render(<LookRing booth={sits("1")} people={[grace]} own={false} afterMs={600_000} />);
    expect(screen.getByRole("img", { name: "Grace Hopper (live) looks" }).textContent).toContain("GH");
    rerender(<LookRing booth={sits("1")} people={[]} own={false} afterMs={600_000} />);
    expect(screen.getByRole("img", { name: /^Last looked at/ })).toBeTruthy();
    rerender(<LookRing booth={sits("1")} people={[]} own={true} afterMs={600_000} />);
    expect(screen.queryByRole("img")).toBeNull();
  });
});

describe("the order that somebody chose", () => {
  const booths = [
    sits("a", { ends_at: at(300) }, { last_looked_at: at(50) }),
    sits("b", { ends_at: at(100) }, { worst_open: "high", last_looked_at: at(90) }),
    booth("c"),
  ];
  const ids = (sort: "name" | "time-left" | "unseen") =>
    orderBooths(booths, new Set(), sort).map((one) => one.booth_id);

  it("is kept, whatever is urgent", () => {
    expect(ids("name")).toEqual(["a", "b", "c"]);
    expect(ids("time-left")).toEqual(["b", "a", "c"]);
    expect(ids("unseen")).toEqual(["a", "b", "c"]);
  });
});

describe("the filter of the wall", () => {
  const site = new Map([["r1", "berlin"]]);

  it("finds booths by name, candidate and exam, in any order of words", () => {
    expect(shows({ q: "byron linear" }, sits("1"), site)).toBe(true);
    expect(shows({ q: "byron physics" }, sits("1"), site)).toBe(false);
  });

  it("takes a severity as the least", () => {
    expect(shows({ severity: "medium" }, booth("1", { worst_open: "high" }), site)).toBe(true);
    expect(shows({ severity: "medium" }, booth("1", { worst_open: "low" }), site)).toBe(false);
    expect(shows({ severity: "low" }, booth("1"), site)).toBe(false);
  });

  it("knows the site of a booth by its room", () => {
    expect(shows({ site: "berlin" }, booth("1", { room_id: "r1" }), site)).toBe(true);
    expect(shows({ site: "berlin" }, booth("1"), site)).toBe(false);
  });

  it("is read from the address, and what makes no sense is left out", () => {
    expect(parseWallSearch({ q: 12, state: "hand", size: "huge", sort: "name", severity: "", other: 1 })).toEqual({
      q: "12",
      state: "hand",
      sort: "name",
    });
  });
});

describe("things of many booths", () => {
  it("keep a booth's array while nothing of the booth changes", () => {
    const [a, b] = [violation({ booth_id: "a" }), violation({ booth_id: "b" })];
    const before = group([a, b]);
    const after = group([violation({ booth_id: "b" }), a, b], before);
    expect(after.get("a")).toBe(before.get("a"));
    expect(after.get("b")).toHaveLength(2);
  });
});

describe("an alert", () => {
  const saw = (...booths: Booth[]): Map<string, Known> => new Map(booths.map((each) => [each.booth_id, known(each)]));
  const kinds = (alerts: Alert[]) => alerts.map(({ kind, booth: { booth_id } }) => [kind, booth_id]);

  it("is raised by what opens, not by what was open when one came", () => {
    const open = violation({ severity: "medium" });
    const now = booth("a", { worst_open: "medium", open_violations: 1, latest: open });
    expect(alertsBetween(new Map(), [now])).toEqual([]);
    expect(kinds(alertsBetween(saw(booth("a")), [now]))).toEqual([["medium", "a"]]);
    expect(alertsBetween(saw(now), [{ ...now }])).toEqual([]);
  });

  it("is raised again by the next of the same severity, and not by one that ends", () => {
    const was = booth("a", { worst_open: "high", latest: violation() });
    const next = booth("a", { worst_open: "high", latest: violation() });
    expect(kinds(alertsBetween(saw(was), [next]))).toEqual([["high", "a"]]);
    const ended = violation({ ended_at: at(9) });
    expect(alertsBetween(saw(was), [booth("a", { latest: ended })])).toEqual([]);
  });

  it("tells of what rose while the newest was a lesser one", () => {
    const now = booth("a", { worst_open: "high", latest: violation({ severity: "low" }) });
    const [alert] = alertsBetween(saw(booth("a")), [now]);
    expect([alert?.kind, alert?.violation]).toEqual(["high", null]);
  });

  it("tells of a raised hand and of lost monitoring, the loudest first", () => {
    const hand = booth("a", { hand_raised_at: at(3) });
    const lost = booth("b", { health: health({ camera: "lost" }) });
    const high = booth("c", { worst_open: "high", latest: violation() });
    const alerts = alertsBetween(saw(booth("a"), booth("b"), booth("c")), [lost, hand, high]);
    expect(kinds(alerts)).toEqual([
      ["high", "c"],
      ["hand", "a"],
      ["lost", "b"],
    ]);
  });
});

describe("the pace of sounds", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("is one every few seconds, and the loudest of what came meanwhile", () => {
    const played: AlertKind[] = [];
    const pace = new Pace((kind) => played.push(kind));
    pace.sound("low");
    pace.sound("medium");
    pace.sound("high");
    pace.sound("low");
    expect(played).toEqual(["low"]);
    vi.advanceTimersByTime(PAUSE_MS);
    expect(played).toEqual(["low", "high"]);
    vi.advanceTimersByTime(2 * PAUSE_MS);
    expect(played).toEqual(["low", "high"]);
    pace.stop();
  });
});

describe("the live picture in a tile", () => {
  function Tiles() {
    const preview = usePreview((id) => id !== "away");
    return (
      <ul {...preview.handlers} data-testid="grid">
        {["a", "b", "away"].map((id) => (
          <li key={id} data-booth-id={id}>
            {id} {preview.boothId === id && "plays"}
          </li>
        ))}
      </ul>
    );
  }
  const over = async (id: string) => {
    const { fireEvent } = await import("@testing-library/react");
    const tile = document.querySelector(`[data-booth-id=${id}]`) as Element;
    fireEvent(tile, Object.assign(new MouseEvent("pointerover", { bubbles: true }), { pointerType: "mouse" }));
  };

  it("plays where the pointer rests, one at a time, and never where nobody may or can look", async () => {
    render(<Tiles />);
    await over("a");
    expect(screen.queryByText(/plays/)).toBeNull();
    expect((await screen.findByText(/plays/, undefined, { timeout: 3000 })).dataset.boothId).toBe("a");
    await over("b");
    expect(screen.queryByText(/plays/)).toBeNull();
    expect((await screen.findByText(/plays/, undefined, { timeout: 3000 })).dataset.boothId).toBe("b");
    await over("away");
    await new Promise((resolve) => setTimeout(resolve, 2 * REST_MS));
    expect(screen.queryByText(/plays/)).toBeNull();
  });
});
