/** Answers that were asked for before the page's code was here. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askEarlyNextTime, fetchOnce } from "@/api/early";
import type { Me } from "@/api/types";
import early from "../public/early.js?raw";

const ME = { username: "ada", permissions: ["booths.read", "violations.read"] } as unknown as Me;
const asked: string[] = [];

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", async (what: string | Request) => {
    asked.push(typeof what === "string" ? what : new URL(what.url).pathname);
    return new Response(typeof what === "string" ? "early" : "late");
  });
});
afterEach(() => {
  localStorage.clear();
  delete window.invigilEarly;
  vi.unstubAllGlobals();
});

const open = () => new Function(early)();
const get = (path: string) => fetchOnce(new Request(`http://hub.test${path}`));

describe("the next visit of somebody who is signed in", () => {
  it("has its first answers asked for at once, each taken once", async () => {
    askEarlyNextTime(ME);
    open();
    expect(asked[0]).toBe("/api/v1/me");
    expect(asked).toContain("/api/v1/violations?limit=50");
    expect(await (await get("/api/v1/violations?limit=50")).text()).toBe("early");
    expect(await (await get("/api/v1/violations?limit=50")).text()).toBe("late");
  });

  it("asks for no more than the person may see, and for nothing after they signed out", () => {
    askEarlyNextTime({ ...ME, permissions: [] });
    open();
    expect(asked).toEqual(["/api/v1/me"]);
    askEarlyNextTime(null);
    open();
    expect(asked).toEqual(["/api/v1/me"]);
  });

  it("asks the hub itself where nothing was asked, or what was kept makes no sense", async () => {
    localStorage.setItem("invigil.early", '["https://elsewhere.example/api/v1/me", "/sign-in"]');
    open();
    expect(asked).toEqual([]);
    expect(await (await get("/api/v1/booths")).text()).toBe("late");
  });
});
