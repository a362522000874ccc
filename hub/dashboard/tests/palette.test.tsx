/** Ctrl-K: what fits comes first, the keyboard alone opens it, and the hub is asked for candidates. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Zap } from "lucide-react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Me } from "@/api/types";
import { usePageActs } from "@/palette/acts";
import { type Entry, type Group, ranked } from "@/palette/entries";
import { score } from "@/palette/fuzzy";
import { Palette } from "@/palette/Palette";
import { keyGroups } from "@/shell/KeysDialog";

const entry = (group: Group, text: string, detail?: string): Entry => ({
  id: `${group} ${text}`,
  group,
  icon: Zap,
  text,
  ...(detail === undefined ? {} : { detail }),
  open: () => undefined,
});

describe("what fits", () => {
  it("prefers beginnings of words to parts of them, and those to letters in their order", () => {
    const [begins, part, letters] = [score("Booth 12", "boo"), score("Logbooks", "boo"), score("Big open room", "boo")];
    expect(begins).toBeGreaterThan(part);
    expect(part).toBeGreaterThan(letters);
    expect(letters).toBeGreaterThan(0);
  });

  it.each([
    ["Łucja Müller", "muller", true],
    ["Booth 12", "12 boo", true],
    ["Summaries", "mar", true],
    ["Theme: Dark", "mar", false],
    ["Booth 12", "booth 13", false],
    ["Anything", "", true],
  ])("%s, asked for %s: %s", (text, typed, fits) => {
    expect(score(text, typed) > 0).toBe(fits);
  });

  it("puts the group with the best before the others, and what the hub found with the best", () => {
    const local = [entry("places", "Summaries"), entry("booths", "Booth 1", "Maria")];
    const order = ranked(local, "mar", [entry("candidates", "Mara Lindqvist")]).map(({ text }) => text);
    expect(order).toEqual(["Mara Lindqvist", "Booth 1", "Summaries"]);
  });
});

const ME = {
  username: "pat",
  display_name: "Pat",
  role: "proctor",
  permissions: ["booths.read", "exam_sessions.read", "reports.read"],
} as unknown as Me;
const SESSION = { exam_session_id: "e1", candidate_name: "Mara Lindqvist", candidate_number: "17", exam_name: "Law" };
const SESSIONS = [{ ...SESSION, state: "completed", ended_at: "2030-05-04T10:00:00Z" }];
const asked: string[] = [];

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  Element.prototype.scrollIntoView = vi.fn();
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    return Response.json({ items: pathname.endsWith("/exam-sessions") ? SESSIONS : [], next: null });
  });
});

const paused = vi.fn();

function Here() {
  usePageActs([{ text: "Pause", key: "p", run: paused }]);
  return <Palette me={ME} onClose={vi.fn()} onKeys={vi.fn()} />;
}

async function open() {
  const root = createRootRoute();
  const page = (path: string, component = () => <p>{path}</p>) =>
    createRoute({ getParentRoute: () => root, path, component });
  const router = createRouter({
    routeTree: root.addChildren([
      page("/", Here),
      page("/exam-sessions/$examSessionId"),
      page("/reports/$examSessionId"),
    ]),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return { router, field: await screen.findByRole("combobox") };
}

describe("the field", () => {
  it("finds candidates at the hub, and the arrows and Enter open one's report", async () => {
    const { router, field } = await open();
    await userEvent.type(field, "mara");
    const report = await screen.findByRole("option", { name: /Report on Mara Lindqvist/ });
    expect(asked.filter((path) => path.includes("q=mara"))).toHaveLength(1);
    for (let left = 20; report.getAttribute("aria-selected") !== "true" && left > 0; left--) {
      await userEvent.keyboard("{ArrowDown}");
    }
    expect(field.getAttribute("aria-activedescendant")).toBe(report.id);
    await userEvent.keyboard("{Enter}");
    await vi.waitFor(() => expect(router.state.location.pathname).toBe("/reports/e1"));
  });

  it("does what the page can do", async () => {
    const { field } = await open();
    await userEvent.type(field, "pause{Enter}");
    expect(paused).toHaveBeenCalledOnce();
  });
});

describe("the keys", () => {
  it("are those of this page first", () => {
    const anywhere = { title: "Everywhere", keys: [["?", "help"]] as const };
    const on = (path: string) => keyGroups(path, anywhere, []).map(({ title }) => title);
    expect(on("/")[0]).toBe("Wall");
    expect(on("/reports")[0]).toBe("Everywhere");
    expect(on("/booths/b-1").slice(0, 3)).toEqual(["A booth", "Feed", "Everywhere"]);
    const own = keyGroups("/exam-sessions/x", anywhere, [{ text: "Pause", key: "p", run: paused }])[0];
    expect(own).toEqual({ title: "This page", keys: [["p", "Pause"]] });
  });
});
