/** Review: what waits for whom, what is decided in one go, what the keys do, and what stands after an undo. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Rate, Review, Violation } from "@/api/types";
import { beside, nearest, offset } from "@/review/around";
import { minuteOf } from "@/review/Context";
import { alike, foreseen, waits } from "@/review/decision";
import { applyReviewed, type Queue, reviewKeys } from "@/review/queries";
import { ranked } from "@/review/RatesPage";
import { parseQueueSearch, parseRatesSearch } from "@/review/search";
import { useDecide } from "@/review/useDecide";
import { Verdict } from "@/review/Verdict";
import { Toasts } from "@/ui/Toasts";
import { parseFilter } from "@/violations/search";
import { at, T0, violation } from "./make";

const ME = { username: "rae", display_name: "Rae" };

function decided(by: string, decision: Review["decision"], change: Partial<Review> = {}): Review {
  return {
    review_id: `${by} ${decision}`,
    decision,
    reason_code: null,
    note: "",
    username: by,
    display_name: by,
    decided_at: at(60),
    ...change,
  };
}

const queued = (...items: Violation[]): Queue => ({
  pages: [{ items, next: null, waiting: items.length }],
  pageParams: [null],
});

describe("what waits", () => {
  it("is undecided and not decided by oneself, or has grown since", () => {
    expect(waits(violation(), "rae")).toBe(true);
    expect(waits(violation({ reviews_wanted: 2, reviews: [decided("rae", "confirmed")] }), "rae")).toBe(false);
    expect(waits(violation({ reviews_wanted: 2, reviews_hidden: 1 }), "rae")).toBe(true);
    expect(waits(violation({ review: "contested", reviews: [decided("rob", "confirmed")] }), "rae")).toBe(true);
    const grown: Partial<Violation> = {
      review: "dismissed",
      reviews: [decided("rae", "dismissed")],
      changed_since_review: true,
    };
    expect(waits(violation(grown), "rae")).toBe(true);
    expect(waits(violation({ ...grown, changed_since_review: false }), "rae")).toBe(false);
  });

  it("is settled at once where one decision is enough, and waits on where two are wanted", () => {
    const given = { decision: "dismissed", reason: "ordinary", note: "A yawn." } as const;
    const one = foreseen(violation(), ME, given);
    expect([one.review, one.reviews?.[0]?.reason_code, waits(one, "rae")]).toEqual(["dismissed", "ordinary", false]);
    const second = foreseen(violation({ reviews_wanted: 2, reviews_hidden: 1 }), ME, given);
    expect([second.review, waits(second, "rae"), waits(second, "rob")]).toEqual(["unreviewed", false, true]);
  });

  it("is decided in one go within one exam session and kind only", () => {
    const one = violation({ exam_session_id: "a" });
    expect(alike(one, violation({ exam_session_id: "a" }))).toBe(true);
    expect(alike(one, violation({ exam_session_id: "b" }))).toBe(false);
    expect(alike(one, violation({ exam_session_id: "a", kind: "speech" }))).toBe(false);
  });
});

describe("the queue under live changes", () => {
  it("keeps its order; what is new is told of and not pushed in", () => {
    const client = new QueryClient();
    const [first, second] = [violation(), violation()];
    client.setQueryData(reviewKeys.queue({}), queued(first, second));
    applyReviewed(client, { ...first, review: "confirmed", reviews: [decided("rob", "confirmed")] } as Violation);
    const items = client.getQueryData<Queue>(reviewKeys.queue({}))?.pages[0]?.items ?? [];
    expect(items.map(({ violation_id, review }) => [violation_id, review])).toEqual([
      [first.violation_id, "confirmed"],
      [second.violation_id, "unreviewed"],
    ]);
    const late = violation();
    applyReviewed(client, late);
    applyReviewed(client, late);
    expect(client.getQueryData(reviewKeys.fresh)).toEqual([late.violation_id]);
  });
});

describe("deciding", () => {
  const posted: { path: string; body: Record<string, unknown> }[] = [];
  let refuse = false;
  beforeEach(() => {
    posted.length = 0;
    refuse = false;
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.method !== "POST") return Response.json({ items: [], hidden: 0 });
      posted.push({ path: new URL(request.url).pathname, body: await request.json() });
      if (refuse) return Response.json({ title: "Not your booth", detail: "outside" }, { status: 403 });
      return Response.json(posted.at(-1)?.path.endsWith("/api/v1/reviews") ? { items: [] } : violation());
    });
  });

  function deciding(...items: Violation[]) {
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    client.setQueryData(reviewKeys.queue({}), queued(...items));
    const wrapper = ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>
        <Toasts>{children}</Toasts>
      </QueryClientProvider>
    );
    const { result } = renderHook(() => useDecide(ME), { wrapper });
    const states = () => client.getQueryData<Queue>(reviewKeys.queue({}))?.pages[0]?.items.map(({ review }) => review);
    return { act: result.current, states };
  }

  it("decides several in one request, and takes them back in one", async () => {
    const some = [violation(), violation()];
    const { act: acts, states } = deciding(...some);
    act(() => acts.decide(some, { decision: "dismissed", reason: "technical", note: "" }));
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]?.path).toBe("/api/v1/reviews");
    expect(posted[0]?.body).toEqual({
      violation_ids: some.map((each) => each.violation_id),
      decision: "dismissed",
      reason_code: "technical",
      note: "",
    });
    expect(states()).toEqual(["dismissed", "dismissed"]);
    act(() => acts.undo(some, []));
    await waitFor(() => expect(posted[1]?.body.decision).toBe("unreviewed"));
    expect(states()).toEqual(["unreviewed", "unreviewed"]);
  });

  it("brings back what one had decided before", async () => {
    const before = violation({
      review: "dismissed",
      changed_since_review: true,
      reviews: [decided("rae", "dismissed", { reason_code: "ordinary", note: "A yawn." })],
    });
    const { act: acts } = deciding(before);
    act(() => acts.undo([before], []));
    await waitFor(() =>
      expect(posted.map(({ body }) => body)).toEqual([
        { decision: "dismissed", reason_code: "ordinary", note: "A yawn." },
      ]),
    );
  });

  it("puts back what the hub refused, and says so", async () => {
    refuse = true;
    const one = violation();
    const { act: acts, states } = deciding(one);
    act(() => acts.decide([one], { decision: "confirmed", note: "" }));
    expect((await screen.findAllByText(/Not done/)).length).toBeGreaterThan(0);
    expect(states()).toEqual(["unreviewed"]);
  });
});

describe("the bar of decisions", () => {
  it("takes the reason by its number, and keeps numbers from the rest of the page", async () => {
    const user = userEvent.setup();
    const [onReason, onClose, elsewhere] = [vi.fn(), vi.fn(), vi.fn()];
    const listen = (event: KeyboardEvent) => !event.defaultPrevented && elsewhere(event.key);
    window.addEventListener("keydown", listen);
    render(
      <Verdict
        some={1}
        note=""
        onNote={() => undefined}
        field={{ current: null }}
        asking
        owed={false}
        onConfirm={() => undefined}
        onDismiss={() => undefined}
        onReason={onReason}
        onClose={onClose}
      />,
    );
    await user.keyboard("2");
    expect(onReason).toHaveBeenCalledWith("ordinary");
    await user.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalled();
    expect(elsewhere).not.toHaveBeenCalled();
    window.removeEventListener("keydown", listen);
  });
});

describe("what was around", () => {
  it("is in order, of every sort, within two minutes", () => {
    const step = { step_id: "s", at: at(-30) } as never;
    const message = { message_id: "m", sent_at: at(100) } as never;
    const flag = { flag_id: "f", at: at(300) } as never;
    const found = beside(T0, {
      violations: [violation({ opened_at: at(1) })],
      steps: [step],
      messages: [message],
      flags: [flag],
    });
    expect(found.map((each) => each.of)).toEqual(["step", "violation", "message"]);
    const many = Array.from({ length: 30 }, (_, n) => violation({ opened_at: at(n) }));
    const part = nearest(beside(T0, { violations: many }), many[12]?.violation_id ?? "");
    expect([part.before, part.items.length, part.after]).toEqual([4, 17, 9]);
    expect([-65, 0, 42.4].map((s) => offset(T0 + s * 1000, T0))).toEqual(["−1:05", "0:00", "+0:42"]);
    expect([minuteOf(at(59), at(0)), minuteOf(at(60), at(0)), minuteOf(at(0), at(5)), minuteOf(at(0), null)]).toEqual([
      1,
      2,
      null,
      null,
    ]);
  });
});

describe("false alarms", () => {
  it("begin with what is most surely wrong, not with the highest share", () => {
    const rate = (rule: string, low: number | null, decidedHere: number) =>
      ({ rule, low, confirmed: decidedHere, dismissed: 0 }) as Rate;
    const rates = [rate("few", 0.2, 2), rate("none", null, 0), rate("many", 0.5, 80)];
    expect(ranked(rates).map((each) => each.rule)).toEqual(["many", "few", "none"]);
  });
});

describe("the addresses", () => {
  it("keep what they know and drop the rest", () => {
    expect(parseQueueSearch({ severity: "high", kind: "x", q: "ada", contested: true, at: "1", z: 2 })).toEqual({
      severity: "high",
      q: "ada",
      contested: true,
      at: "1",
    });
    expect(parseRatesSearch({ by: "booth", days: 8 })).toEqual({ by: "booth" });
    expect(parseFilter({ review: "dismissed", order: "oldest", session: "s", open: "yes" })).toEqual({
      review: "dismissed",
      order: "oldest",
      session: "s",
    });
  });
});
