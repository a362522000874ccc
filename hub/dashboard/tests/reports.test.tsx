/** Reports: what an address asks for, the sums as they are, long work that waits, and a hold that wants a reason. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiError } from "@/api/client";
import { Decision } from "@/reports/Decision";
import { HoldSection } from "@/reports/HoldSection";
import type { Report, ReportLine } from "@/reports/queries";
import { percent } from "@/reports/Share";
import { between, parseReportsSearch } from "@/reports/search";
import { useTake } from "@/reports/take";
import { colons } from "@/reports/Verify";
import { keepScope, parseScope, type Scope } from "@/shell/ScopeChoice";
import { Toasts } from "@/ui/Toasts";

describe("an address", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(
      parseReportsSearch({ q: 4711, found: "undecided", from: "2030-05-04", order: "sideways", hold: "yes" }),
    ).toEqual({
      q: "4711",
      found: "undecided",
      from: "2030-05-04",
    });
    expect(parseReportsSearch({ from: "2030-13-45", state: "in_progress", hold: true })).toEqual({ hold: true });
  });

  it("means whole days of the viewer", () => {
    const { from, to } = between("2030-05-04", "2030-05-04");
    expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(24 * 3600_000);
  });

  it("takes site and room along to the next page, unless that says otherwise", () => {
    const now = { site: "utrecht", room: "room-2" };
    expect(keepScope<Scope>({ search: now, next: () => ({}) })).toEqual(now);
    expect(keepScope<Scope>({ search: now, next: () => ({ site: "leiden", room: undefined }) })).toEqual({
      site: "leiden",
    });
    expect(parseScope({ room: "-", site: 7 })).toEqual({ site: "7" });
  });
});

describe("numbers", () => {
  it("are never rounded up to the whole", () => {
    expect(percent(99.999)).toBe("99.99 %");
    expect(percent(100)).toBe("100 %");
  });

  it("of an authority are as openssl prints them", () => {
    expect(colons("0a1b2c")).toBe("0A:1B:2C");
  });

  it("say first what is undecided", () => {
    const line = { confirmed: 2, dismissed: 0, contested: 1, unreviewed: 1 } as ReportLine;
    render(<Decision line={line} />);
    expect(screen.getByText("2 undecided")).toBeTruthy();
    expect(screen.getByText("2 confirmed · 1 disputed")).toBeTruthy();
  });
});

const answers: Response[] = [];
const sent: Request[] = [];

beforeEach(() => {
  answers.length = 0;
  sent.length = 0;
  vi.stubGlobal("fetch", async (input: Request | string) => {
    if (input instanceof Request) sent.push(input);
    return answers.shift() ?? Response.json({ items: [], next: null });
  });
  URL.createObjectURL = vi.fn(() => "blob:x");
  URL.revokeObjectURL = vi.fn();
});

describe("a file that takes long", () => {
  const busy = () => Response.json({ title: "Busy" }, { status: 503, headers: { "Retry-After": "0" } });

  it("is asked for again where the hub makes others first", async () => {
    answers.push(busy(), new Response("%PDF-"));
    const { result } = renderHook(() => useTake("/x.pdf", "x.pdf"));
    void result.current.take();
    await waitFor(() => expect(URL.createObjectURL).toHaveBeenCalledOnce());
    await waitFor(() => expect(result.current.taking.phase).toBe("idle"));
  });

  it("says what the hub said where it cannot be made", async () => {
    answers.push(Response.json({ title: "No", detail: "the disk is full" }, { status: 507 }));
    const { result } = renderHook(() => useTake("/x.pdf", "x.pdf"));
    void result.current.take();
    await waitFor(() => expect(result.current.taking.phase).toBe("failed"));
    const { error } = result.current.taking as { error: ApiError };
    expect([error.status, error.detail]).toEqual([507, "the disk is full"]);
  });
});

describe("a legal hold", () => {
  const report = { exam_session_id: "e1", legal_hold: false } as Report;
  const section = (mayChange: boolean) =>
    render(
      <QueryClientProvider client={new QueryClient()}>
        <Toasts>
          <HoldSection report={report} history={false} mayChange={mayChange} />
        </Toasts>
      </QueryClientProvider>,
    );

  it("is set with a reason, and not without", async () => {
    section(true);
    await userEvent.click(screen.getByRole("button", { name: "Set a legal hold" }));
    const dialog = await screen.findByRole("dialog");
    const act = [...dialog.querySelectorAll("button")].find((button) => button.type === "submit");
    expect(act?.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText("Reason"), "An appeal");
    answers.push(Response.json({}, { status: 201 }));
    await userEvent.click(act as HTMLElement);
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.method).toBe("POST");
    expect(await sent[0]?.json()).toEqual({ reason: "An appeal" });
  });

  it("is seen by all, and changed by those who may", () => {
    section(false);
    expect(screen.getByText(/None: retention deletes/)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
