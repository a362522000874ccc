/** Devices and rooms: found and sorted, asked several at once, revoked only with a reason and a typed word. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Device, Room, Site } from "@/api/types";
import { drifts, matching as matchingBooths } from "@/booths/search";
import { BulkBar } from "@/devices/BulkBar";
import { RevokeDialog } from "@/devices/RevokeDialog";
import { matching, parseDeviceSearch, sorted, sortOf } from "@/devices/search";
import { slug } from "@/places/NewBoothFields";
import { treeOf } from "@/places/tree";
import { Toasts } from "@/ui/Toasts";
import { at, booth } from "./make";

let made = 0;

function device(name: string, change: Partial<Device> = {}): Device {
  made += 1;
  return {
    device_id: `00000000-0000-4000-8000-${String(made).padStart(12, "0")}`,
    booth_id: name.toLowerCase().replace(" ", "-"),
    booth_name: name,
    room_id: null,
    status: "online",
    care: [],
    serial: `5f0c9a${made}`,
    enrolled_at: at(0),
    enrolled_by: "ada",
    enrolled_from: "192.0.2.7",
    enrolled_how: "claim_code",
    not_after: at(86_400 * 800),
    renew_at: at(86_400 * 500),
    replaced_at: null,
    revoked_at: null,
    revoked_by: null,
    revoked_reason: null,
    availability: "online",
    last_seen_at: at(5),
    exam_session_on: false,
    model: "Raspberry Pi 5",
    version: "1.0.0",
    temperature_c: 51,
    drift: [],
    ...change,
  };
}

const names = (devices: Device[]) => devices.map(({ booth_name }) => booth_name);

describe("the list of devices", () => {
  const all = [
    device("Booth 10", { temperature_c: 82, status: "degraded" }),
    device("Booth 2", { last_seen_at: null, status: "new", temperature_c: null }),
    device("Booth 3", { room_id: "b1", status: "offline", model: "Jetson Nano" }),
  ];

  it("is sorted as people count, and by heat with the hottest first", () => {
    expect(names(sorted(all, sortOf({})))).toEqual(["Booth 2", "Booth 3", "Booth 10"]);
    expect(names(sorted(all, sortOf({ sort: "heat" })))[0]).toBe("Booth 10");
    expect(names(sorted(all, sortOf({ sort: "-seen" })))[0]).toBe("Booth 2");
    expect(names(sorted(all, sortOf({ sort: "status" })))).toEqual(["Booth 10", "Booth 3", "Booth 2"]);
  });

  it("is found by board, booth and room", () => {
    expect(names(matching(all, { q: "jetson" }))).toEqual(["Booth 3"]);
    expect(names(matching(all, { q: "booth 10" }))).toEqual(["Booth 10"]);
    expect(names(matching(all, { room: "-" }))).toEqual(["Booth 10", "Booth 2"]);
  });

  it("takes from an address only what it knows", () => {
    expect(parseDeviceSearch({ status: "broken", sort: "-heat", q: "" })).toEqual({ sort: "-heat" });
    expect(parseDeviceSearch({ sort: "price", status: "revoked" })).toEqual({ status: "revoked" });
  });
});

describe("the list of booths", () => {
  it("shows drift only of a booth that has said what it does", () => {
    expect(drifts(booth("a", { profile: "lenient", desired_profile: "strict" }))).toBe(true);
    expect(drifts(booth("a", { profile: null, desired_profile: "strict" }))).toBe(false);
    expect(drifts(booth("a", { availability: "offline", profile: "lenient", desired_profile: "strict" }))).toBe(false);
    const away = booth("b", { availability: "offline" });
    expect(
      matchingBooths([booth("a", { profile: "strict", desired_profile: "strict" }), away], { trouble: "any" }),
    ).toEqual([away]);
  });
});

describe("the tree of rooms", () => {
  const site = (id: string, change: Partial<Site> = {}): Site => ({
    site_id: id,
    name: id,
    created_at: at(0),
    archived_at: null,
    ...change,
  });
  const room = (id: string, site_id: string, change: Partial<Room> = {}): Room => ({
    room_id: id,
    site_id,
    name: id,
    created_at: at(0),
    archived_at: null,
    booths: [],
    ...change,
  });
  const sites = [site("berlin"), site("bonn", { archived_at: at(1) })];
  const rooms = [room("r2", "berlin"), room("r10", "berlin"), room("old", "bonn", { archived_at: at(1) })];
  const booths = [booth("a", { room_id: "r2" }), booth("b", { room_id: "gone" }), booth("c", { room_id: null })];

  it("leaves out what is archived, and loses no booth", () => {
    const tree = treeOf(sites, rooms, booths);
    expect(tree.sites.map((node) => node.rooms.map(({ room: { name } }) => name))).toEqual([["r2", "r10"]]);
    expect(tree.homeless.map(({ booth_id }) => booth_id)).toEqual(["b", "c"]);
    expect(treeOf(sites, rooms, booths, "", true).sites).toHaveLength(2);
  });

  it("keeps what is searched for with the way to it", () => {
    const tree = treeOf(sites, rooms, booths, "A");
    expect(tree.sites[0]?.rooms.map(({ booths: there }) => there.map(({ booth_id }) => booth_id))).toEqual([["a"]]);
    expect(treeOf(sites, rooms, booths, "nothing").sites).toEqual([]);
  });

  it("makes short names that topics and certificates take", () => {
    expect(slug("Großer Hörsaal 2, Kabine Ä")).toBe("grosser-horsaal-2-kabine-a");
    expect(slug("  –  ")).toBe("");
  });
});

const asked = vi.fn();
let answers: (path: string) => [number, object];

beforeEach(() => {
  asked.mockReset();
  answers = () => [200, {}];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    asked(path, request.method === "POST" ? await request.clone().json() : undefined);
    const [status, body] = answers(path);
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
});

function show(page: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <Toasts>{page}</Toasts>
    </QueryClientProvider>,
  );
}

describe("asking several devices at once", () => {
  it("goes on after a refusal and says whose it was", async () => {
    const user = userEvent.setup();
    const [one, two, away] = [device("One"), device("Two"), device("Three", { availability: "offline" })] as const;
    answers = (path) =>
      path.includes(two.device_id) ? [502, { detail: "no screen here" }] : [200, { screen: true, light: false }];
    show(<BulkBar devices={[one, two, away]} onClear={() => undefined} />);
    await user.click(screen.getByRole("button", { name: "Identify" }));
    await screen.findByText(/Identify: 1 of 3/);
    expect(screen.getByText(/no screen here/).textContent).toMatch(/^Two/);
    expect(screen.getByText(/^Three: The device is not connected/)).toBeTruthy();
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe("revoking a device", () => {
  it("asks for a reason and the booth's id before it does anything", async () => {
    const user = userEvent.setup();
    const done = vi.fn();
    show(<RevokeDialog device={device("Booth 1")} onClose={done} />);
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Revoke" });
    await user.type(screen.getByLabelText(/^Type .*booth-1/), "booth-1");
    expect(button.disabled).toBe(true);
    await user.type(screen.getByLabelText("What happened?"), "stolen on Monday");
    await user.click(button);
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(asked.mock.calls[0]?.[1]).toEqual({ reason: "stolen on Monday" });
  });
});
