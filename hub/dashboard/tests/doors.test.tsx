/** The doors: the second step, what a link tells of itself, and that its token goes nowhere else. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRouter, RouterProvider } from "@tanstack/react-router";
import { configure, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { router as pages } from "@/router";
import { suggestion } from "@/sign-in/JoinPage";

// Whole pages are loaded and typed into; a busy machine takes its time.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 60_000 });

type Route = (body: Record<string, string>) => Response;
type Sent = { path: string; url: string; body: Record<string, string> };

const problem = (status: number, title: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ title, status, detail: title }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
const me = {
  username: "ada",
  display_name: "Ada Okafor",
  role: "admin",
  permissions: [],
  booths: null,
  must_enrol: false,
};

let router: typeof pages;
let routes: Record<string, Route>;
let sent: Sent[];

class SilentSocket {
  close() {}
}

beforeEach(() => {
  sent = [];
  routes = {
    "/api/v1/me": () => problem(401, "Not signed in"),
    "/api/v1/sign-in/options": () => Response.json({ oidc: false, oidc_sign_out: null }),
  };
  vi.stubGlobal("WebSocket", SilentSocket);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const { pathname } = new URL(request.url);
    const body = await request
      .clone()
      .json()
      .catch(() => ({}));
    sent.push({ path: pathname, url: request.url, body });
    return routes[pathname]?.(body) ?? problem(404, `nothing at ${pathname}`);
  });
});

/** A router of this test's own: one that was taken off a page waits for ever. */
async function open(address: string) {
  const history = createMemoryHistory({ initialEntries: [address] });
  router = createRouter({ routeTree: pages.routeTree, history }) as typeof pages;
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

async function signIn(user: ReturnType<typeof userEvent.setup>) {
  await user.type(await screen.findByLabelText("User name"), "ada");
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

const ticket = () => Response.json({ ticket: "t-1", expires_at: "2030-01-01T00:00:00Z" }, { status: 202 });

describe("the second step", () => {
  it("asks for a code, says when it is wrong, and takes a recovery code in its place", async () => {
    routes["/api/v1/sign-in"] = ticket;
    routes["/api/v1/sign-in/totp"] = ({ code }) =>
      code === "abcd-efgh" ? Response.json(me) : problem(401, "Wrong code");
    const user = await open("/sign-in");
    await signIn(user);
    await user.type(await screen.findByLabelText("Code"), "123456");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await screen.findByText(/That code is not right/);
    await user.click(screen.getByRole("button", { name: "Use a recovery code" }));
    await user.type(screen.getByLabelText("Recovery code"), "abcd-efgh");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await vi.waitFor(() => expect(router.state.location.pathname).toBe("/"));
    expect(sent.filter(({ path }) => path.endsWith("/totp")).map(({ body }) => body)).toEqual([
      { ticket: "t-1", code: "123456" },
      { ticket: "t-1", code: "abcd-efgh" },
    ]);
  });

  it("begins again where it took too long", async () => {
    routes["/api/v1/sign-in"] = ticket;
    routes["/api/v1/sign-in/totp"] = () => problem(401, "Begin again");
    const user = await open("/sign-in");
    await signIn(user);
    await user.type(await screen.findByLabelText("Code"), "123456");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText(/That took too long/)).toBeTruthy();
    expect(screen.getByLabelText("Password")).toBeTruthy();
  });
});

it("lets whose role needs a second factor set it up first, and then in", async () => {
  let enrolled = false;
  routes["/api/v1/me"] = () => Response.json({ ...me, must_enrol: !enrolled });
  routes["/api/v1/me/totp"] = () =>
    Response.json({ secret: "ABCDEFGH", uri: "otpauth://totp/ada", qr_svg: "<svg />" }, { status: 201 });
  routes["/api/v1/me/totp/confirm"] = () => {
    enrolled = true;
    return Response.json({ codes: ["aaaa-bbbb"] });
  };
  const user = await open("/account");
  await user.type(await screen.findByLabelText("Code"), "123456");
  await user.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText("aaaa-bbbb");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Done" }).disabled).toBe(true);
  await user.click(screen.getByLabelText("I keep them in a safe place"));
  await user.click(screen.getByRole("button", { name: "Done" }));
  expect(await screen.findByRole("heading", { name: "My account" })).toBeTruthy();
  expect(sent.filter(({ path }) => path.endsWith("/sign-out"))).toEqual([]);
});

it.each([
  [() => problem(429, "Locked for a while", { "Retry-After": "840" }), /locked after too many.*Wait 14 min 0 s/],
  [() => problem(403, "Disabled"), /may not sign in any more/],
])("says why nobody gets in: %#", async (answer, said) => {
  routes["/api/v1/sign-in"] = answer;
  const user = await open("/sign-in");
  await signIn(user);
  expect(await screen.findByText(said)).toBeTruthy();
});

it("tells why the provider's word was not taken", async () => {
  await open("/sign-in?refused=ask+an+administrator+for+an+invitation");
  expect((await screen.findByRole("alert")).textContent).toContain("ask an administrator for an invitation");
});

describe("an invitation", () => {
  const invitation = {
    role: "auditor",
    display_name: "Otto Hahn",
    invited_by: "Ada Okafor",
    expires_at: "2030-01-01T00:00:00Z",
  };

  it("says who invites, judges the password, and keeps its token out of every address", async () => {
    routes["/api/v1/invitations/look"] = () => Response.json(invitation);
    routes["/api/v1/password-strength"] = ({ password }) =>
      Response.json(
        password === "seven purple ladders"
          ? { good: true, score: 4, why: null }
          : { good: false, score: 1, why: "common" },
      );
    routes["/api/v1/invitations/accept"] = () => Response.json({ ...me, username: "otto.hahn" }, { status: 201 });
    const user = await open("/join#s3cret-t0ken");
    await screen.findByText(/Ada Okafor invites you to Invigil as Auditor/);
    expect(router.state.location.href).toBe("/join");
    expect(screen.getByLabelText<HTMLInputElement>("User name").value).toBe("otto.hahn");
    await user.type(screen.getByLabelText("Password"), "password1234");
    await screen.findByText(/close to a password that many people use/);
    await user.clear(screen.getByLabelText("Password"));
    await user.type(screen.getByLabelText("Password"), "seven purple ladders");
    await screen.findByText(/Very good/);
    await user.click(screen.getByRole("button", { name: "Join" }));
    await vi.waitFor(() => expect(router.state.location.pathname).toBe("/"));
    expect(sent.find(({ path }) => path.endsWith("/accept"))?.body).toEqual({
      token: "s3cret-t0ken",
      username: "otto.hahn",
      password: "seven purple ladders",
    });
    expect(sent.filter(({ url }) => url.includes("s3cret"))).toEqual([]);
  });

  it.each([
    ["", () => problem(500, "unused"), /The link is not whole/],
    ["used-up", () => problem(403, "Not a good link"), /not good any more/],
  ])("that opens nothing says what to do: %s", async (token, answer, said) => {
    routes["/api/v1/invitations/look"] = answer;
    await open(token ? `/join#${token}` : "/join");
    expect(await screen.findByRole("heading", { name: said })).toBeTruthy();
  });

  it("suggests a name that can be typed", () => expect(suggestion("Zoë  O'Neill-Šťastná")).toBe("zoe.o.neill.stastna"));
});
