/** What a device found when it looked at itself. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { CheckResult, Checkup, DeviceDetail } from "@/api/types";
import { Doctor, tally, worstFirst } from "@/devices/Doctor";
import { at } from "./make";

function check(name: string, state: CheckResult["state"], change: Partial<CheckResult> = {}): CheckResult {
  return {
    name,
    title: name,
    means: "what is looked at",
    state,
    said: `${name} is so`,
    value: null,
    unit: "",
    advice: "",
    fixed: "",
    took_ms: 1,
    ...change,
  };
}

const CHECKUP: Checkup = {
  type: "checkup",
  at: at(0),
  version: "1.0.0",
  reason: "hourly",
  took_s: 2,
  exam_session_on: false,
  checks: [
    check("camera", "ok"),
    check("disk_space", "warning", { value: 1.2, unit: "GB" }),
    check("hub", "failed", { advice: "Plug the cable in." }),
    check("watchdog", "not_applicable"),
    check("clock", "ok"),
  ],
};
const DETAIL = {
  device: { device_id: "00000000-0000-4000-8000-000000000001", availability: "online", status: "online" },
  checkup: CHECKUP,
} as unknown as DeviceDetail;

it("is told worst first, and counted", () => {
  expect(worstFirst(CHECKUP.checks).map(({ name }) => name)).toEqual([
    "hub",
    "disk_space",
    "camera",
    "clock",
    "watchdog",
  ]);
  expect(tally(CHECKUP.checks)).toBe("1 failed · 1 warning · 2 fine · 1 does not apply");
});

it("says what to do, and folds away what is fine", () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Doctor detail={DETAIL} />
    </QueryClientProvider>,
  );
  const failed = screen.getByText("Plug the cable in.").closest("li");
  expect(failed && within(failed).getByLabelText("Failed")).toBeTruthy();
  expect(screen.getByText("1.2 GB")).toBeTruthy();
  expect(screen.getByText("The other 3 checks").closest("details")?.open).toBe(false);
});

it("is asked for again, and the hub's words are shown where the device does not answer", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(new URL(request.url).pathname);
    return Response.json({ title: "No answer", detail: "the device said nothing for 40 s" }, { status: 504 });
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Doctor detail={DETAIL} />
    </QueryClientProvider>,
  );
  await userEvent.setup().click(screen.getByRole("button", { name: "Check again" }));
  expect((await screen.findByRole("alert")).textContent).toContain("the device said nothing for 40 s");
  expect(asked).toEqual(["/api/v1/devices/00000000-0000-4000-8000-000000000001/doctor"]);
});
