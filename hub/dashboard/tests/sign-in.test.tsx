import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { keys } from "@/api/queries";
import { safeNext } from "@/router";
import { SignInPage } from "@/sign-in/SignInPage";

function setUp(answer: () => Promise<Response>) {
  const fetch = vi.spyOn(globalThis, "fetch").mockImplementation(answer);
  const client = new QueryClient();
  const onDone = vi.fn();
  render(
    <QueryClientProvider client={client}>
      <SignInPage onDone={onDone} />
    </QueryClientProvider>,
  );
  return { fetch, client, onDone, user: userEvent.setup() };
}

function problem(status: number, headers: Record<string, string> = {}) {
  const body = { type: "about:blank", title: "No", status, detail: "" };
  return () =>
    Promise.resolve(
      new Response(JSON.stringify(body), {
        status,
        headers: { "Content-Type": "application/problem+json", ...headers },
      }),
    );
}

async function signIn(user: ReturnType<typeof userEvent.setup>) {
  await user.type(screen.getByLabelText("User name"), "ada");
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("signing in", () => {
  it("lets the right person in, and shows itself as a request of our own page", async () => {
    const me = { username: "ada", display_name: "Ada", role: "admin" };
    const { fetch, client, onDone, user } = setUp(() => Promise.resolve(Response.json(me)));
    await signIn(user);
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
    expect(client.getQueryData(keys.me)).toEqual(me);
    const request = fetch.mock.calls[0]?.[0] as Request;
    expect(request.headers.get("X-Invigil-Request")).toBe("1");
    expect(await request.json()).toEqual({ username: "ada", password: "secret" });
  });

  it.each([
    [401, {}, "That user name and password do not match. Check for Caps Lock, then try again."],
    [429, { "Retry-After": "45" }, "Too many attempts. Wait 45 s, then try again."],
    [429, {}, "Too many attempts. Wait a minute, then try again."],
    [500, {}, "The hub could not sign you in (500). Try again; if it stays so, tell your administrator."],
  ])("says what to do after %d %o", async (status, headers, text) => {
    const { onDone, user } = setUp(problem(status, headers));
    await signIn(user);
    expect(await screen.findByText(text)).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toBe(text);
    expect(onDone).not.toHaveBeenCalled();
  });

  it("says so when the hub does not answer", async () => {
    const { user } = setUp(() => Promise.reject(new TypeError("Failed to fetch")));
    await signIn(user);
    expect(await screen.findByText(/The hub does not answer/)).toBeTruthy();
  });

  it("asks for what is missing without asking the hub", async () => {
    const { fetch, user } = setUp(problem(500));
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText("Enter your user name and your password.")).toBeTruthy();
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe("where signing in leads", () => {
  it.each(["/booths/booth-1?violation=1", "/"])("%s is ours", (next) => expect(safeNext(next)).toBe(next));
  it.each(["//evil.example", "https://evil.example", "/\\evil.example", "/sign-in?next=/", "", 7, undefined])(
    "%s is not",
    (next) => expect(safeNext(next)).toBeUndefined(),
  );
});
