import { describe, expect, it } from "vitest";
import { neighbour } from "@/wall/arrows";
import { keepInPlace, orderBooths } from "@/wall/order";
import { at, booth, health } from "./make";

const ids = (booths: { booth_id: string }[]) => booths.map((item) => item.booth_id);

describe("the order of the wall", () => {
  it("is open high, hand raised, monitoring lost, open medium, the rest, never seen", () => {
    const booths = [
      booth("never", { availability: "never_seen", health: null }),
      booth("quiet"),
      booth("medium", { worst_open: "medium" }),
      booth("gap", { gaps_open: 1 }),
      booth("camera", { health: health({ camera: "lost" }) }),
      booth("offline", { availability: "offline" }),
      booth("hand", { hand_raised_at: at(-20) }),
      booth("high", { worst_open: "high" }),
      booth("low", { worst_open: "low" }),
    ];
    expect(ids(orderBooths(booths))).toEqual([
      "high",
      "hand",
      "camera",
      "gap",
      "offline",
      "medium",
      "low",
      "quiet",
      "never",
    ]);
  });

  it("counts names as people do, and is the same whatever order the hub sent", () => {
    const booths = [booth("a", { name: "Booth 10" }), booth("b", { name: "Booth 2" }), booth("c", { name: "Booth 2" })];
    expect(ids(orderBooths(booths))).toEqual(["b", "c", "a"]);
    expect(ids(orderBooths(booths.toReversed()))).toEqual(["b", "c", "a"]);
  });

  it("does not take a booth that was stopped on purpose for a lost one", () => {
    const booths = [booth("a"), booth("b", { availability: "stopped" })];
    expect(ids(orderBooths(booths))).toEqual(["a", "b"]);
  });
});

describe("a tile under the pointer", () => {
  it("keeps its place while the others move around it", () => {
    expect(keepInPlace(["d", "a", "b", "c"], ["a", "b", "c", "d"], ["b"])).toEqual(["d", "b", "a", "c"]);
  });

  it("changes nothing when no tile is pointed at, or the booth is gone", () => {
    expect(keepInPlace(["b", "a"], ["a", "b"], [])).toEqual(["b", "a"]);
    expect(keepInPlace(["b", "a"], ["a", "b", "c"], ["c"])).toEqual(["b", "a"]);
  });
});

describe("arrow keys on the wall", () => {
  // Three columns; the last row has two tiles.
  const places = [0, 1, 2, 3, 4].map((index) => ({ x: (index % 3) * 100, y: Math.floor(index / 3) * 100 }));

  it("walk to the nearest tile in their direction", () => {
    expect(neighbour(places, 0, "ArrowRight")).toBe(1);
    expect(neighbour(places, 2, "ArrowRight")).toBe(3);
    expect(neighbour(places, 1, "ArrowDown")).toBe(4);
    expect(neighbour(places, 2, "ArrowDown")).toBe(4);
    expect(neighbour(places, 3, "ArrowUp")).toBe(0);
  });

  it("stay where there is nothing further", () => {
    expect(neighbour(places, 0, "ArrowLeft")).toBe(0);
    expect(neighbour(places, 0, "ArrowUp")).toBe(0);
    expect(neighbour(places, 4, "ArrowDown")).toBe(4);
    expect(neighbour(places, 4, "ArrowRight")).toBe(4);
  });
});
