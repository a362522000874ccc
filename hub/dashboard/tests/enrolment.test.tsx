/** Letting devices in: only who has read the code at the device, and only with a reason not. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "@/api/queries";
import type { EnrolmentRequest } from "@/api/types";
import { deviceKeys } from "@/devices/queries";
import { Requests } from "@/devices/Requests";
import { halves } from "@/devices/request";
import { Toasts } from "@/ui/Toasts";
import { at, booth } from "./make";

const REQUEST: EnrolmentRequest = {
  request_id: "00000000-0000-4000-8000-000000000001",
  code: "K7QF-9XWM-P2RT",
  hardware_serial: "100000001",
  model: "Raspberry Pi 5",
  address: "192.0.2.7",
  asked_at: at(0),
  last_asked_at: at(0),
  expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  serial_note: "occupied",
  expected_booth_id: "booth-2",
};

const sent: { path: string; body: unknown }[] = [];
let answer: () => Response;

beforeEach(() => {
  sent.length = 0;
  answer = () => new Response(null, { status: 204 });
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") return Response.json({ items: [REQUEST] });
    sent.push({ path: new URL(request.url).pathname, body: await request.json() });
    return answer();
  });
});

function show() {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  client.setQueryData(keys.booths, { items: [booth("booth-1"), booth("booth-2")] });
  client.setQueryData(deviceKeys.requests, { items: [REQUEST] });
  client.setQueryData(deviceKeys.list, { items: [] });
  render(
    <QueryClientProvider client={client}>
      <Toasts>
        <Requests />
      </Toasts>
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("a device that asks to be let in", () => {
  it("is told of with what it says, and with why its serial number was not enough", () => {
    show();
    expect(screen.getByText("Raspberry Pi 5 · 100000001")).toBeTruthy();
    expect(screen.getByText(/the booth has a device that is connected/)).toBeTruthy();
  });

  it("is let in by who types the end of the code that stands on its terminal", async () => {
    const user = show();
    await user.click(screen.getByRole("button", { name: "Let in: K7QF-9XWM-····" }));
    const dialog = screen.getByRole("dialog", { name: "Let a device in" });
    expect(dialog.ownerDocument.body.textContent).not.toContain("P2RT");
    expect(screen.getByLabelText<HTMLSelectElement>("Booth").value).toBe("booth-2");
    const code = screen.getByLabelText(/The code on its terminal/);
    await user.type(code, "P2RX{Enter}");
    expect(screen.getByText(/another device: refuse it/)).toBeTruthy();
    expect(sent).toEqual([]);
    await user.clear(code);
    await user.type(code, "p2rt{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent).toEqual([
      {
        path: `/api/v1/enrolment-requests/${REQUEST.request_id}/approve`,
        body: { booth_id: "booth-2", code: "K7QF-9XWM-P2RT" },
      },
    ]);
  });

  it("is refused with a reason, and the hub's own words are shown where it cannot be", async () => {
    answer = () => Response.json({ title: "Conflict", detail: "somebody decided already" }, { status: 409 });
    const user = show();
    await user.click(screen.getByRole("button", { name: "Refuse K7QF-9XWM-····" }));
    const refuse = screen.getByRole<HTMLButtonElement>("button", { name: "Refuse" });
    expect(refuse.disabled).toBe(true);
    await user.type(screen.getByLabelText("What happened?"), "another code{Enter}");
    expect(await screen.findByText(/somebody decided already/)).toBeTruthy();
    expect(sent[0]?.body).toEqual({ reason: "another code" });
  });
});

it("shows all of a code but its last part", () => {
  expect(halves("K7QF-9XWM-P2RT")).toEqual({ shown: "K7QF-9XWM-", typed: "P2RT" });
});
