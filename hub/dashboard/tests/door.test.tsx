import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { router } from "@/router";
import { violation } from "./make";

/** Never connects: these tests are about the pages, not about what is live. */
class SilentSocket {
  close() {}
}

const me = {
  username: "ada",
  display_name: "Ada Okafor",
  role: "admin",
  permissions: ["violations.read", "booths.read"],
};
const shown = violation();
let signedIn = false;

async function hub(input: RequestInfo | URL): Promise<Response> {
  const { pathname } = new URL((input as Request).url);
  if (pathname === "/api/v1/sign-in") signedIn = true;
  if (!signedIn) return Response.json({ title: "Sign in first", status: 401 }, { status: 401 });
  if (pathname === "/api/v1/violations") return Response.json({ items: [shown], next: null });
  if (pathname === "/api/v1/booths") return Response.json({ items: [] });
  return Response.json(me);
}

it("sends a stranger to the door, and after signing in to where they wanted to be", async () => {
  vi.stubGlobal("WebSocket", SilentSocket);
  vi.spyOn(globalThis, "fetch").mockImplementation(hub);
  const user = userEvent.setup();
  await router.navigate({ to: "/violations", search: { open: true } });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  await user.type(await screen.findByLabelText("User name"), "ada");
  expect(router.state.location.pathname).toBe("/sign-in");
  expect(router.state.location.search).toEqual({ next: "/violations?open=true" });
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  const row = await screen.findByRole("row", { name: /No face for .*Booth 1/ });
  expect(row.querySelector("a")?.getAttribute("href")).toContain(`violation=${shown.violation_id}`);
  expect(router.state.location.href).toBe("/violations?open=true");
  expect(screen.getByTestId("connection").textContent).toBe("Connecting");
});
