/** The timeline: what is shown when zoomed, what lines say at a moment, and a playhead that keys and pointer move. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ExamSession, TraceLine, Traces } from "@/api/types";
import { band, objects, presence, words } from "@/timeline/lines";
import { SessionTimeline } from "@/timeline/SessionTimeline";
import { around, panned, revealing, shown, ticks, zoomed } from "@/timeline/scale";
import { at, T0, violation } from "./make";

const ID = "00000000-0000-4000-8000-0000000000e5";
const WHOLE = { from: T0, to: T0 + 3_600_000 };
const line = (...high: (number | null)[]): TraceLine => ({ low: high, high });
const NOTHING: TraceLine = { low: [], high: [] };

const TRACES: Traces = {
  booth_id: "booth-1",
  started_at: at(0),
  step_ms: 10_000,
  points: 6,
  known_until: at(60),
  faces: { low: [1, 1, 0, 0, null, 1], high: [1, 2, 0, 0, null, 1] },
  hidden: line(0, 0, 0, 1, null, 0),
  yaw_deg: { low: [-3, -41, null, null, null, 2], high: [4, 5, null, null, null, 9] },
  pitch_deg: line(0, 0, null, null, null, 0),
  eyes_deg: NOTHING,
  speech: line(0, 80, 0, 0, 0, 0),
  objects: { "cell phone": line(0, 0, null, 61, 64, 0) },
  cone_deg: [28, 20, 25],
  truncated: false,
};

describe("the stretch that is shown", () => {
  it("keeps what is under the pointer where it is, and follows the end once it is there", () => {
    const middle = zoomed(null, WHOLE, 0.5, T0 + 900_000);
    expect(shown(middle, WHOLE)).toEqual({ from: T0 + 450_000, to: T0 + 2_250_000 });
    expect(zoomed(middle, WHOLE, 4, T0 + 900_000)).toBeNull();
    const end = panned(middle, WHOLE, 9_999_999);
    expect(end).toEqual({ last: 1_800_000 });
    const later = { from: T0, to: T0 + 3_660_000 };
    expect(shown(end, later)).toEqual({ from: T0 + 1_860_000, to: T0 + 3_660_000 });
    expect(shown(revealing(end, WHOLE, T0 + 60_000), WHOLE).from).toBe(T0);
    expect(shown(zoomed(null, WHOLE, 0, T0), WHOLE).to - T0).toBe(20_000);
  });

  it("names few moments, and asks for surroundings that stay the same while it moves a little", () => {
    for (const minutes of [1, 7, 60, 300]) {
      const found = ticks({ from: T0, to: T0 + minutes * 60_000 });
      expect(found.length).toBeGreaterThan(3);
      expect(found.length).toBeLessThan(11);
    }
    const window = { from: T0 + 61_000, to: T0 + 121_000 };
    const wide = around(window);
    expect(wide).toEqual(around({ from: window.from + 2000, to: window.to + 2000 }));
    expect(wide.from).toBeLessThan(window.from);
    expect(wide.to).toBeGreaterThan(window.to);
  });
});

describe("lines", () => {
  it("say who was there, and leave a hole where nobody could tell", () => {
    expect(presence(TRACES).map(({ what, from, to }) => [what, (from - T0) / 1000, (to - T0) / 1000])).toEqual([
      ["one", 0, 10],
      ["several", 10, 20],
      ["empty", 20, 30],
      ["hidden", 30, 40],
      ["one", 50, 60],
    ]);
    expect(objects(TRACES)).toEqual([{ what: "cell phone", from: T0 + 30_000, to: T0 + 50_000, percent: 64 }]);
  });

  it("are drawn as one shape a stretch, from the lowest to the highest value", () => {
    const path = band(TRACES.yaw_deg, TRACES, { from: T0, to: T0 + 60_000 }, 60);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).toContain("84.2");
  });

  it("tell a moment in words, the farthest turn of it", () => {
    expect(words(TRACES, T0 + 15_000)).toEqual(["2 faces", "head 41° to the right", "head 0° up", "somebody speaks"]);
    expect(words(TRACES, T0 + 35_000)).toEqual(["Somebody whose face cannot be found", "cell phone (61 %)"]);
    expect(words(TRACES, T0 + 99_000)).toEqual([]);
  });
});

const SESSION = {
  exam_session_id: ID,
  booth_id: "booth-1",
  booth_name: "Booth 1",
  state: "completed",
  scheduled_start: at(0),
  started_at: at(5),
  ended_at: at(600),
} as ExamSession;

const ME = { username: "ada", permissions: ["violations.read", "exam_sessions.read"], booths: null };
const FOUND = violation({
  exam_session_id: ID,
  started_at: at(100),
  ended_at: at(110),
  severity: "medium",
  kind: "looking_away",
  label: "left",
});

const ANSWERS: [RegExp, unknown][] = [
  [/\/me$/, ME],
  [/\/violations$/, { items: [FOUND, violation({ started_at: at(200), exam_session_id: null })], next: null }],
  [/\/traces$/, TRACES],
  [
    /\/steps$/,
    {
      items: [
        { step_id: 1, at: at(1), action: "admit", display_name: "Ada", reason: null, note: "", to_state: "admitted" },
      ],
    },
  ],
  [/\/recording$/, { booth_id: "booth-1", segments: [], holes: [], truncated: false }],
  [/./, { items: [] }],
];

beforeEach(() => {
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    return Response.json(ANSWERS.find(([pattern]) => pattern.test(path))?.[1]);
  });
});

const seeks: (number | null)[] = [];

function Held({ session }: { session: ExamSession }) {
  const [playhead, setPlayhead] = useState<number | null>(null);
  return (
    <SessionTimeline
      examSession={session}
      at={playhead}
      onSeek={(to) => {
        seeks.push(to);
        setPlayhead(to);
      }}
    />
  );
}

async function show(session: ExamSession = SESSION) {
  seeks.length = 0;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const rootRoute = createRootRoute({ component: () => <Held session={session} /> });
  const router = createRouter({ routeTree: rootRoute, history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return screen.findByRole("slider");
}

describe("the timeline", () => {
  it("shows violations of this exam session by kind, and what was seen", async () => {
    await show();
    const span = await waitFor(() => {
      const found = document.querySelector(`[data-violation="${FOUND.violation_id}"]`);
      expect(found).toBeTruthy();
      return found as HTMLElement;
    });
    expect(document.querySelectorAll("[data-violation]")).toHaveLength(1);
    expect(span.title).toContain("not reviewed");
    expect([...document.querySelectorAll("[data-presence]")].map((each) => each.getAttribute("data-presence"))).toEqual(
      ["one", "several", "empty", "hidden", "one"],
    );
  });

  it("moves its playhead by keys, and says where it is and what was there", async () => {
    const slider = await show();
    const begin = T0 - 5000;
    const user = userEvent.setup();
    act(() => slider.focus());
    await user.keyboard("{ArrowRight}");
    expect(seeks.at(-1)).toBe(begin + 5000);
    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(seeks.at(-1)).toBe(begin + 6000);
    await user.keyboard("]");
    expect(seeks.at(-1)).toBe(Date.parse(FOUND.started_at));
    expect(slider.getAttribute("aria-valuetext")).toContain("Looked left for 10.0 s");
    await user.keyboard("{End}");
    expect(seeks.at(-1)).toBe(T0 + 605_000);
    await user.keyboard("{Home}");
    expect(seeks.at(-1)).toBe(begin);
    expect(slider.getAttribute("aria-valuenow")).toBe("0");
  });

  it("goes where somebody drags, and opens as a table", async () => {
    await show();
    const field = screen.getByTestId("timeline-field");
    field.getBoundingClientRect = () => ({ left: 100, width: 610, right: 710 }) as DOMRect;
    fireEvent.pointerDown(field, { button: 0, clientX: 100 + 305, pointerId: 1 });
    expect(seeks.at(-1)).toBe(T0 - 5000 + 305_000);
    fireEvent.pointerMove(field, { clientX: 100 + 405, pointerId: 1 });
    expect(seeks.at(-1)).toBe(T0 - 5000 + 405_000);
    await userEvent.click(screen.getByRole("button", { name: "As a table" }));
    const rows = screen.getAllByRole("row").slice(1);
    expect(rows.map((row) => row.querySelectorAll("td")[2]?.textContent)).toEqual(["Steps and flags", "Violation"]);
  });

  it("follows the present while the exam session lasts, until somebody goes back", async () => {
    const now = Date.now();
    const slider = await show({
      ...SESSION,
      ended_at: null,
      scheduled_start: new Date(now - 600_000).toISOString(),
      started_at: new Date(now - 500_000).toISOString(),
    });
    expect(Math.abs(Number(slider.getAttribute("aria-valuenow")) - 505)).toBeLessThan(5);
    act(() => slider.focus());
    await userEvent.keyboard("{ArrowLeft}");
    await userEvent.click(await screen.findByRole("button", { name: "Back to now" }));
    expect(seeks.at(-1)).toBeNull();
  });
});
