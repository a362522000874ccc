/** What is written into settings is what the hub is told, and what cannot be taken back is asked first. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { reordered } from "@/settings/MessagesPage";
import { NextRun } from "@/settings/NextRun";
import type { Canned, Policy } from "@/settings/queries";
import { draftOf, policyOf } from "@/settings/RetentionRules";
import { parseRetentionSearch } from "@/settings/search";
import { Toasts } from "@/ui/Toasts";
import { at } from "./make";

const POLICY: Policy = {
  hour: 3,
  days: { recordings: 30, clips: null, snapshots: 180, photos: 90, events: 365, candidates: 365, audit: 1095 },
  exams: [{ exam_id: "00000000-0000-4000-8000-0000000000e1", days: { clips: 700, photos: null } }],
};

describe("rules of retention", () => {
  it("come back from the form as they went in, also what is never deleted", () => {
    expect(policyOf(draftOf(POLICY))).toEqual(POLICY);
  });

  it("leave out of an exam what is as in general, and an exam without days of its own", () => {
    const draft = draftOf(POLICY);
    const [exam] = draft.exams;
    const emptied = { ...draft, exams: [{ exam_id: exam?.exam_id ?? "", days: { clips: "", photos: "" } }] };
    expect(policyOf(emptied).exams).toEqual([]);
  });

  it("are run now only by who types that they mean it", async () => {
    const posted: string[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      const path = new URL(request.url).pathname;
      if (request.method === "POST") posted.push(path);
      return Response.json(
        path.endsWith("/preview") ? { as_of: at(0), items: [] } : path.endsWith("/runs") ? {} : POLICY,
      );
    });
    const user = userEvent.setup();
    const onRun = vi.fn();
    render(
      <QueryClientProvider client={new QueryClient()}>
        <Toasts>
          <NextRun manages onRun={onRun} />
        </Toasts>
      </QueryClientProvider>,
    );
    await user.click(await screen.findByRole("button", { name: "Run it now" }));
    const act = await screen.findByRole<HTMLButtonElement>("button", { name: "Delete now" });
    expect(act.disabled).toBe(true);
    await user.type(screen.getByLabelText("Type “delete” to go on"), "delete");
    await user.click(act);
    await waitFor(() => expect(onRun).toHaveBeenCalled());
    expect(posted).toEqual(["/api/v1/retention/runs"]);
  });

  it("have an address for each tab", () => {
    expect(parseRetentionSearch({ tab: "holds", all: true })).toEqual({ tab: "holds", all: true });
    expect(parseRetentionSearch({ tab: "rules", sha256: "x", session: 7 })).toEqual({});
  });
});

describe("words kept ready", () => {
  it("tell the hub only what stands elsewhere now", () => {
    const words = ["a", "b", "c"].map((canned_id, index) => ({ canned_id, position: index + 1 }) as Canned);
    expect(reordered(words, 2, 1)).toEqual([
      { canned_id: "c", position: 2 },
      { canned_id: "b", position: 3 },
    ]);
    expect(reordered(words, 1, 1)).toEqual([]);
  });
});
