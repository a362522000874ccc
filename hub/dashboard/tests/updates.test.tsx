/** Releases and rollouts: how they are planned, counted, ordered, stopped and begun. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/ui/Toasts";
import { phasesOf, phaseText } from "@/updates/plan";
import type { Release, Rollout, RolloutDevice } from "@/updates/queries";
import { urgentFirst } from "@/updates/RolloutDevices";
import { progressText } from "@/updates/RolloutState";
import { UpdatesPage } from "@/updates/UpdatesPage";
import { at } from "./make";

const RELEASE: Release = {
  version: "1.4.0",
  sha256: "a".repeat(64),
  size_bytes: 84_000_000,
  made_at: at(0),
  notes: "Faster start",
  minimum_from: "1.2.0",
  targets: [{ machine: "aarch64", python: "3.11" }],
  signed_by: ["2026"],
  uploaded_at: at(0),
  uploaded_by: "ada",
  devices: 3,
};
const ROLLOUT: Rollout = {
  rollout_id: "00000000-0000-4000-8000-000000000001",
  version: "1.4.0",
  state: "stopped",
  reason: "1 failed",
  created_at: at(0),
  created_by: "ada",
  ended_at: null,
  phase: 1,
  phases: phasesOf("careful"),
  max_failures: 0,
  healthy_within_s: 1800,
  settle_s: 600,
  counts: { waiting: 5, busy: 1, healthy: 2, failed: 1, skipped: 1 },
  total: 10,
};

function device(name: string, state: RolloutDevice["state"], phase = 0): RolloutDevice {
  return {
    booth_id: name,
    booth_name: name,
    device_id: `00000000-0000-4000-8000-00000000000${name.length}`,
    phase,
    state,
    reason: "",
    version_before: "1.3.0",
    version: "1.3.0",
    progress: null,
    changed_at: at(0),
  };
}

const sent: { method: string; path: string; body: string }[] = [];
let releases: Release[];
let rollouts: Rollout[];

beforeEach(() => {
  sent.length = 0;
  releases = [RELEASE];
  rollouts = [ROLLOUT];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET") {
      sent.push({ method: request.method, path: pathname, body: await request.text() });
      if (pathname.endsWith("/rollouts")) return Response.json({ rollout: ROLLOUT, devices: [] }, { status: 201 });
      return Response.json({ title: "Not taken", detail: "signed by no key of this hub" }, { status: 422 });
    }
    return Response.json({
      items: pathname.endsWith("/releases") ? releases : pathname.endsWith("/rollouts") ? rollouts : [],
    });
  });
});

function show() {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/updates", component: UpdatesPage });
  const one = createRoute({
    getParentRoute: () => root,
    path: "/updates/$rolloutId",
    component: () => <p>the rollout</p>,
  });
  const router = createRouter({
    routeTree: root.addChildren([page, one]),
    history: createMemoryHistory({ initialEntries: ["/updates"] }),
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <Toasts>
        <RouterProvider router={router as never} />
      </Toasts>
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("a plan", () => {
  it("is said as people say it, and sent as the hub takes it", () => {
    expect(phasesOf("careful").map(phaseText)).toEqual(["1 device", "10 %", "all"]);
    expect(phasesOf("once")).toEqual([{ devices: null, percent: 100 }]);
  });
});

describe("devices of a rollout", () => {
  it("stand with those first that want somebody", () => {
    const all = [
      device("b", "healthy"),
      device("booth-10", "waiting", 1),
      device("booth-9", "waiting", 1),
      device("ccc", "rolled_back"),
    ];
    expect(urgentFirst(all).map(({ booth_name }) => booth_name)).toEqual(["ccc", "booth-9", "booth-10", "b"]);
  });

  it("are counted, failures apart", () => {
    expect(progressText(ROLLOUT)).toBe("3 of 10 through · 1 failed");
  });
});

describe("the page", () => {
  it("rolls a release out, carefully unless told otherwise, and opens the rollout", async () => {
    const user = show();
    await user.click(await screen.findByRole("button", { name: "Roll out: 1.4.0" }));
    await user.click(screen.getByRole("button", { name: "Begin" }));
    expect(await screen.findByText("the rollout")).toBeTruthy();
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      version: "1.4.0",
      phases: phasesOf("careful"),
      max_failures: 0,
      healthy_within_s: 1800,
      settle_s: 600,
      allow_older: false,
    });
  });

  it("says why a file was not taken", async () => {
    const user = show();
    await user.upload(await screen.findByLabelText("Add a release"), new File(["x"], "wrong.release"));
    expect((await screen.findByRole("alert")).textContent).toContain("signed by no key of this hub");
    expect(sent[0]).toMatchObject({ method: "POST", path: "/api/v1/releases" });
  });

  it("says what to do where there is nothing yet", async () => {
    releases = [];
    rollouts = [];
    show();
    expect(await screen.findByText("No release yet")).toBeTruthy();
    await waitFor(() => expect(screen.getByText("Nothing was rolled out yet")).toBeTruthy());
  });
});
