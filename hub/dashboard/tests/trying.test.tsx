/** A profile tried on a clip: what is sent, how far it is, what would be raised, and what goes wrong. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "@/api/queries";
import type { Booth } from "@/api/types";
import { profileKeys } from "@/profiles/queries";
import type { Profile, Rules } from "@/profiles/rules";
import { TrySection } from "@/profiles/trying/TrySection";
import type { TryView } from "@/profiles/trying/tries";
import { booth } from "./make";

const RULE = { enabled: true, hold_s: 2, severity: "high" as const };
const RULES = {
  looking_away: { ...RULE, yaw_deg: 30 },
  speech: { ...RULE, enabled: false },
  person_changed: { ...RULE, enabled: true },
} as unknown as Rules;
const CHANGED: Rules = { ...RULES, looking_away: { ...RULES.looking_away, hold_s: 9 } };
const ID = "00000000-0000-4000-8000-000000000001";

function profile(name: string, change: Partial<Profile> = {}): Profile {
  return {
    name,
    version: 1,
    built_in: true,
    based_on: "standard",
    description: "",
    rules: RULES,
    exams: 0,
    booths: 0,
    created_at: null,
    archived_at: null,
    ...change,
  };
}

const OWN = profile("Oral exam", { version: 3, built_in: false });
const span = {
  kind: "looking_away" as const,
  label: "left",
  severity: "high" as const,
  started_s: 2,
  opened_s: 4,
  ended_s: 7.5,
  measured: 41.5,
  limit: 30,
  unit: "deg",
};

function view(change: Partial<TryView>): TryView {
  return {
    try_id: ID,
    booth_id: "booth-1",
    state: "looking",
    share: 0,
    looked_s: 0,
    cut: false,
    reason: "",
    blind: [],
    found: [],
    ...change,
  };
}

const DONE = view({
  state: "done",
  share: 1,
  looked_s: 10,
  cut: true,
  blind: ["objects: its weights are missing", "voice: nobody listens"],
  found: [
    { spans: [span], left_out: 0 },
    { spans: [], left_out: 0 },
  ],
});

/** What the hub answers to each GET, the last again and again; what it was sent. */
let answers: (TryView | Response)[];
let clips: number;
let begun: { booth_id: string; profiles: { name: string; version: number; rules: Rules }[] }[];
let forgotten: boolean;

beforeEach(() => {
  answers = [];
  begun = [];
  clips = 0;
  forgotten = false;
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") {
      const next = answers.length > 1 ? answers.shift() : answers[0];
      return next instanceof Response ? next.clone() : Response.json(next);
    }
    if (request.url.endsWith("/profiles/tries")) {
      clips += 1;
      expect(request.headers.get("Content-Type")).toBe("video/mp4");
      forgotten = false;
      return Response.json({ try_id: ID, sha256: "", size_bytes: 4 }, { status: 201 });
    }
    if (forgotten) return problem(404, "clips are deleted after an hour");
    begun.push(await request.json());
    return Response.json(view({ state: "fetching" }), { status: 202 });
  });
  URL.createObjectURL = () => "blob:clip";
  URL.revokeObjectURL = () => undefined;
});
afterEach(() => vi.unstubAllGlobals());

const problem = (status: number, detail: string) => Response.json({ title: "Refused", detail, status }, { status });

const CLIP = new File(["clip"], "desk.mp4", { type: "video/mp4" });

function show(booths: Booth[] = [booth("booth-1")], rules = CHANGED) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(keys.booths, { items: booths });
  client.setQueryData(profileKeys.list(false), { items: [profile("strict"), profile("standard"), OWN] });
  const at = (now: Rules) => (
    <QueryClientProvider client={client}>
      <TrySection profile={OWN} rules={now} dirty={now !== RULES} wrong={false} />
    </QueryClientProvider>
  );
  const { rerender, container } = render(at(rules));
  return { user: userEvent.setup(), container, change: (now: Rules) => rerender(at(now)) };
}

const attempt = () => screen.getByRole("button", { name: /^Try/ });

describe("trying a profile on a clip", () => {
  it("sends the unsaved values beside the saved ones and shows both on the clip's time", async () => {
    answers = [view({ share: 0.4 }), DONE];
    const { user, container, change } = show();
    expect(attempt()).toHaveProperty("disabled", true);
    expect(screen.getByLabelText("Beside")).toHaveProperty("value", "Oral exam, version 3");
    await user.upload(screen.getByLabelText("Clip"), CLIP);
    await user.click(attempt());
    expect(await screen.findByText("booth-1 looks at it: 40 %")).toBeTruthy();
    expect(begun).toEqual([
      {
        booth_id: "booth-1",
        profiles: [
          { name: "Oral exam", version: 4, rules: CHANGED },
          { name: "Oral exam", version: 3, rules: RULES },
        ],
      },
    ]);

    const sum = "Oral exam, as on this page: 1 violation · Oral exam, version 3: 0 violations";
    expect(await screen.findByText(sum, {}, { timeout: 5000 })).toBeTruthy();
    expect(screen.getByText(/only its first 60 seconds/)).toBeTruthy();
    expect(screen.getByText("Not tried on clips: Other person.")).toBeTruthy();
    expect(screen.getByText(/objects: its weights are missing/)).toBeTruthy();
    const row = within(screen.getByRole("table")).getAllByRole("row")[1] as HTMLElement;
    expect(row.textContent).toContain("Looking away, left");
    expect(row.textContent).toContain("41.5°, 30°");

    const drawn = screen.getByRole("button", { name: "Looking away, left · High · 2 s to 7.5 s" });
    expect(Number.parseFloat(drawn.style.width)).toBeCloseTo(55);
    await user.click(drawn);
    expect(container.querySelector("video")).toHaveProperty("currentTime", 2);
    expect(container.querySelector<HTMLElement>("[data-playhead]")?.style.left).toBe("20%");

    // Other values are not what was tried; the clip is not sent a second time, unless the hub has it no more.
    change({ ...CHANGED });
    expect(screen.getByText(/Values have changed since/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText(sum, {}, { timeout: 5000 });
    expect([clips, begun.length]).toEqual([1, 2]);
    forgotten = true;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText(sum, {}, { timeout: 5000 });
    expect([clips, begun.length]).toEqual([2, 3]);
  });

  it("says which clip is not taken and when no booth is idle", async () => {
    const busy = { exam_session: { state: "in_progress" } } as Partial<Booth>;
    const { user } = show([booth("off", { availability: "offline" }), booth("busy", busy)], RULES);
    expect(screen.getByText(/No booth is idle now/)).toBeTruthy();
    expect(screen.getByLabelText("Beside")).toHaveProperty("value", "standard, version 1");
    const file = screen.getByLabelText("Clip");
    const large = new File(["x"], "long.mp4", { type: "video/mp4" });
    Object.defineProperty(large, "size", { value: 60_000_000 });
    await user.upload(file, large);
    expect(screen.getByText(/^It has 60.0 MB/)).toBeTruthy();
    expect(attempt()).toHaveProperty("disabled", true);
  });

  it("tells what went wrong, in the booth's words and the hub's, and asks again", async () => {
    answers = [view({ state: "failed", reason: "not a video that can be read" })];
    const { user } = show();
    await user.upload(screen.getByLabelText("Clip"), CLIP);
    await user.click(attempt());
    expect((await screen.findByRole("alert")).textContent).toContain("not a video that can be read");

    answers = [problem(409, "booth-1 is offline")];
    await user.click(attempt());
    await screen.findByText(/booth-1 is offline/);
    answers = [DONE];
    await user.click(screen.getByRole("button", { name: "Ask the booth again" }));
    expect(await screen.findByText(/1 violation/)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
