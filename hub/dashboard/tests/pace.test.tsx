/** How often the page is drawn: what comes in a hurry together, what is out of sight not by the clock. */
import { act, render, renderHook, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Health } from "@/api/types";
import { Batch, EVERY_MS } from "@/live/batch";
import { calmAge } from "@/time/format";
import { useNowAs } from "@/time/now";
import { InSight } from "@/ui/inSight";
import { useCalm } from "@/ui/useCalm";
import { tiles } from "@/wall/tile";
import { booth, health, T0 } from "./make";

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what comes in", () => {
  it("is handed on with the next frame after a silence, and together when much comes", () => {
    const taken: number[][] = [];
    const batch = new Batch<number>((items) => taken.push([...items]));
    batch.add(1);
    vi.advanceTimersByTime(20);
    expect(taken).toEqual([[1]]);
    batch.add(2);
    vi.advanceTimersByTime(EVERY_MS / 2);
    batch.add(3);
    expect(taken).toEqual([[1]]);
    vi.advanceTimersByTime(EVERY_MS / 2);
    expect(taken).toEqual([[1], [2, 3]]);
    vi.advanceTimersByTime(EVERY_MS);
    batch.add(4);
    vi.advanceTimersByTime(20);
    expect(taken.at(-1)).toEqual([4]);
  });
});

describe("a value that changes too often to be read", () => {
  it("is followed at once, then at its pace, and the last one is never left out", () => {
    const { result, rerender } = renderHook(({ value, key }) => useCalm(value, 1000, key), {
      initialProps: { value: 1, key: "a" },
    });
    rerender({ value: 2, key: "a" });
    expect(result.current).toBe(2);
    rerender({ value: 3, key: "a" });
    rerender({ value: 4, key: "a" });
    expect(result.current).toBe(2);
    act(() => vi.advanceTimersByTime(1000));
    expect(result.current).toBe(4);
    rerender({ value: 5, key: "b" });
    expect(result.current).toBe(5);
  });
});

describe("the clock", () => {
  function Seconds() {
    return <p>{useNowAs((now) => Math.floor((now - T0) / 1000))}</p>;
  }

  it("moves what is in sight, and lets the rest be", () => {
    render(
      <>
        <Seconds />
        <InSight value={false}>
          <Seconds />
        </InSight>
      </>,
    );
    act(() => vi.advanceTimersByTime(3000));
    expect(screen.getAllByText(/\d/).map((each) => each.textContent)).toEqual(["3", "0"]);
  });

  it("says young ages in steps", () => {
    expect([4900, 5000, 13_900, 61_000].map((past) => calmAge(T0, T0 + past))).toEqual([
      "just now",
      "5 s ago",
      "10 s ago",
      "1 min ago",
    ]);
  });
});

describe("a tile", () => {
  const said: Health = health({ temperature_c: 50 });
  const before = tiles([booth("a", { health: said }), booth("b", { health: said })]);

  it("stays as it is when its booth says what no tile shows", () => {
    const now = tiles(
      [booth("a", { health: { ...said, temperature_c: 61 }, last_seen_at: "2026-01-01T00:00:00Z" })],
      before,
    );
    expect(now.get("a")?.tile).toBe(before.get("a")?.tile);
  });

  it("changes with what it shows", () => {
    const now = tiles([booth("b", { health: { ...said, camera: "lost" } })], before);
    expect(now.get("b")?.tile.health?.camera).toBe("lost");
  });
});
