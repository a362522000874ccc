/** Runs before each test file: jsdom has no layout and no media queries, and every test starts from an empty page. */
import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { rest } from "@/text/en/rest";
import { learn } from "@/text/text";

// In the browser they come with the first page that is opened later.
learn(rest);

vi.stubGlobal("matchMedia", (query: string) => ({
  matches: query.includes("reduced-motion"),
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
// Toasts can be swiped away, and ask for the pointer first.
Element.prototype.hasPointerCapture ??= () => false;
vi.stubGlobal("scrollTo", () => undefined);

afterEach(cleanup);
