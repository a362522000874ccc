import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Hole, Recording, Segment } from "@/api/types";
import { extent, nextPiece, spotAt } from "@/recording/axis";
import { RecordingPlayer } from "@/recording/RecordingPlayer";
import { at, T0 } from "./make";

const piece = (name: string, from: number, to: number, available = true): Segment => ({
  sha256: name.repeat(64),
  media_type: "video/mp4",
  size_bytes: 1000,
  started_at: at(from),
  ended_at: at(to),
  has_sound: false,
  available,
  dropped: null,
  deleted_at: null,
});
const hole = (from: number, to: number, reason: Hole["reason"]): Hole => ({
  started_at: at(from),
  ended_at: at(to),
  reason,
});

/** Two pieces with a seam, nothing for 30 s, one on its way, one that is here. */
const RECORDING: Recording = {
  booth_id: "booth-1",
  segments: [piece("a", 0, 60), piece("b", 60.3, 120), piece("c", 150, 210, false), piece("d", 210, 270)],
  holes: [hole(120, 150, "not_recorded"), hole(150, 210, "on_its_way")],
  truncated: false,
};

describe("the axis of a recording", () => {
  it("reaches from the first piece to the end of the last", () => {
    expect(extent(RECORDING)).toEqual({ from: T0, to: T0 + 270_000 });
    expect(extent({ ...RECORDING, segments: [], holes: [] })).toBeNull();
  });

  it("tells what is at a moment", () => {
    const spot = (s: number) => spotAt(RECORDING, T0 + s * 1000);
    expect(spot(30)).toMatchObject({ kind: "piece", offset_s: 30, segment: { sha256: "a".repeat(64) } });
    expect(spot(60)).toMatchObject({ kind: "piece", offset_s: 0, segment: { sha256: "b".repeat(64) } });
    expect(spot(120)).toMatchObject({ kind: "hole", hole: { reason: "not_recorded" } });
    expect(spot(209)).toMatchObject({ kind: "hole", hole: { reason: "on_its_way" } });
    expect(spot(210)).toMatchObject({ kind: "piece", segment: { sha256: "d".repeat(64) } });
    expect(spot(270)).toEqual({ kind: "end" });
  });

  it("knows the next piece that can be played", () => {
    expect(nextPiece(RECORDING, T0 + 120_000)?.sha256).toBe("d".repeat(64));
    expect(nextPiece(RECORDING, T0 + 211_000)).toBeUndefined();
  });
});

describe("the player", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    vi.spyOn(HTMLMediaElement.prototype, "pause").mockReturnValue();
  });
  afterEach(() => vi.useRealTimers());

  const video = () => screen.getByLabelText("Recording of booth-1") as HTMLVideoElement;
  const player = () => render(<RecordingPlayer name="booth-1" recording={RECORDING} violations={[]} />);

  it("plays one piece after the other, and shows a hole before it goes on behind it", async () => {
    player();
    expect(video().getAttribute("src")).toContain("a".repeat(64));
    fireEvent.click(screen.getByRole("button", { name: "Play" }));
    fireEvent.ended(video());
    expect(video().getAttribute("src")).toContain("b".repeat(64));
    fireEvent.ended(video());
    expect(screen.getByRole("status").textContent).toBe("Not recorded, 30 s");
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(screen.getByRole("status").textContent).toBe("Recorded, on its way to the hub, 1 min 0 s");
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(video().getAttribute("src")).toContain("d".repeat(64));
    fireEvent.ended(video());
    expect(screen.getByText("The recording ends here.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Play" })).toBeTruthy();
  });

  it("stays in a hole that somebody looks at without playing", async () => {
    player();
    const slider = screen.getByRole("slider");
    slider.getBoundingClientRect = () => ({ left: 0, width: 270 }) as DOMRect;
    fireEvent.pointerDown(slider, { clientX: 130 });
    expect(screen.getByRole("status").textContent).toBe("Not recorded, 30 s");
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(screen.getByRole("status")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "To what comes next" }));
    expect(video().getAttribute("src")).toContain("d".repeat(64));
  });

  it("seeks within a piece by the keyboard", () => {
    player();
    const slider = screen.getByRole("slider");
    fireEvent.keyDown(slider, { key: "ArrowRight" });
    fireEvent.keyDown(slider, { key: "ArrowRight" });
    expect(video().currentTime).toBe(10);
    expect(slider.getAttribute("aria-valuenow")).toBe("10");
  });

  it("draws holes as holes", () => {
    const { container } = player();
    const reasons = [...container.querySelectorAll("[data-hole]")].map((part) => part.getAttribute("data-hole"));
    expect(reasons).toEqual(["not_recorded", "on_its_way"]);
    expect(container.querySelectorAll("[data-piece]")).toHaveLength(3);
  });
});
