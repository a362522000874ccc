/** The bar of acts: only what may be done, a reason where one is needed, a way back where there is one. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ExamSession, ExamSessionDetail } from "@/api/types";
import { ActBar } from "@/exam-sessions/ActBar";
import { parseExamSessionSearch } from "@/exam-sessions/search";
import { Toasts } from "@/ui/Toasts";
import { at } from "./make";

const ID = "00000000-0000-4000-8000-0000000000e5";

function session(change: Partial<ExamSession> = {}): ExamSession {
  return {
    exam_session_id: ID,
    exam_id: "00000000-0000-4000-8000-0000000000e1",
    exam_name: "Linear algebra",
    candidate_id: "00000000-0000-4000-8000-0000000000c1",
    candidate_number: "4711",
    candidate_name: "Ada Byron",
    booth_id: "booth-1",
    booth_name: "Booth 1",
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
}

function detail(actions: string[], change: Partial<ExamSession> = {}): ExamSessionDetail {
  return {
    exam_session: session(change),
    actions,
    check_in_code: null,
    photos: [],
    calibrated: true,
    notice_acknowledged_at: at(0),
    extra_time_percent: 0,
    rules_off: [],
    accommodation_note: "",
  };
}

const REASONS = {
  items: [
    {
      code: "candidate.ill",
      category: "candidate",
      text: "The candidate is unwell",
      actions: ["pause"],
      needs_note: false,
    },
    { code: "other.note_required", category: "other", text: "Something else", actions: ["pause"], needs_note: true },
  ],
};

const posted: { path: string; body: unknown }[] = [];

beforeEach(() => {
  posted.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "POST") {
      posted.push({ path, body: await request.json() });
      return Response.json(session({ state: "paused" }));
    }
    return Response.json(path.endsWith("/reasons") ? REASONS : { items: [] });
  });
});

function show(actions: string[]) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <Toasts>
        <ActBar detail={detail(actions)} />
      </Toasts>
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("the bar of acts", () => {
  it("offers what the hub allows and nothing else", () => {
    show(["pause", "break"]);
    expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["Pause", "Break"]);
  });

  it("does a routine act at once, and offers the way back", async () => {
    const user = show(["break", "end_break"]);
    await user.click(screen.getByRole("button", { name: "Break" }));
    await waitFor(() => expect(posted.map(({ path }) => path)).toEqual([`/api/v1/exam-sessions/${ID}/break`]));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(posted[1]?.path).toBe(`/api/v1/exam-sessions/${ID}/end-break`));
  });

  it("asks for a reason, and for a note where the reason says nothing", async () => {
    const user = show(["pause"]);
    await user.keyboard("p");
    const dialog = await screen.findByRole("dialog", { name: "Pause" });
    await user.click(screen.getByRole("button", { name: "Pause" }));
    expect(dialog.textContent).toContain("Choose a reason: it stands in the report.");
    await user.selectOptions(
      screen.getByLabelText("Reason"),
      await screen.findByRole("option", { name: "Something else" }),
    );
    await user.click(screen.getByRole("button", { name: "Pause" }));
    expect(dialog.textContent).toContain("Say in a few words why.");
    expect(posted).toEqual([]);
    await user.type(screen.getByLabelText("Note"), "fire alarm");
    await user.click(screen.getByRole("button", { name: "Pause" }));
    await waitFor(() =>
      expect(posted).toEqual([
        {
          path: `/api/v1/exam-sessions/${ID}/pause`,
          body: { reason_code: "other.note_required", note: "fire alarm" },
        },
      ]),
    );
  });

  it("asks before it ends an exam session", async () => {
    const user = show(["complete"]);
    await user.click(screen.getByRole("button", { name: "Complete" }));
    expect((await screen.findByRole("dialog")).textContent).toContain("It cannot be taken back.");
    expect(posted).toEqual([]);
  });
});

describe("the address of the list", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(parseExamSessionSearch({ when: "now", q: "ada", x: 1 })).toEqual({ when: "now", q: "ada" });
    expect(parseExamSessionSearch({ when: "never", q: "" })).toEqual({});
  });
});
