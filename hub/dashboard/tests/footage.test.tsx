import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ClipBoxes, Evidence } from "@/api/types";
import { Footage } from "@/footage/Footage";
import { lookAt, placeBox } from "@/footage/looks";
import { at, violation } from "./make";

const CLIP = "c".repeat(64);
const BOXES = "b".repeat(64);

const file = (role: Evidence["role"], sha256: string, change: Partial<Evidence> = {}): Evidence => ({
  sha256,
  role,
  media_type: role === "boxes" ? "application/json" : "video/mp4",
  size_bytes: 1000,
  taken_at: at(-5),
  available: true,
  dropped: null,
  deleted_at: null,
  ...change,
});

const box = (label: string, xyxy: [number, number, number, number]) => ({
  label,
  score: 0.9,
  xyxy,
  yaw_deg: null,
  pitch_deg: null,
});

const SEEN: ClipBoxes = {
  type: "clip_boxes",
  clip_sha256: CLIP,
  started_at: at(-5),
  duration_s: 10,
  frame_wh: [640, 480],
  looks: [
    { at_s: 0, boxes: [box("face", [0.25, 0.5, 0.5, 1.2])], speaking: false },
    { at_s: 1, boxes: [box("cell phone", [0, 0, 0.1, 0.1])], speaking: true },
    { at_s: 5, boxes: [], speaking: false },
  ],
};

function show(node: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<QueryClientProvider client={client}>{node}</QueryClientProvider>);
}

afterEach(() => vi.unstubAllGlobals());

describe("what was seen in a clip", () => {
  it("is the newest look at or before the moment, for a second", () => {
    expect(lookAt(SEEN.looks, 0)?.at_s).toBe(0);
    expect(lookAt(SEEN.looks, 0.99)?.at_s).toBe(0);
    expect(lookAt(SEEN.looks, 1)?.at_s).toBe(1);
    expect(lookAt(SEEN.looks, 2)?.at_s).toBe(1);
    expect(lookAt(SEEN.looks, 2.1)).toBeUndefined();
    expect(lookAt([], 3)).toBeUndefined();
    expect(lookAt(SEEN.looks, -1)).toBeUndefined();
  });

  it("lies over the picture, cut at its edge", () => {
    expect(placeBox(box("face", [0.25, 0.5, 0.5, 1.2]))).toEqual({ left: 25, top: 50, width: 25, height: 50 });
    expect(placeBox(box("face", [1.5, -1, 2, 0]))).toEqual({ left: 100, top: 0, width: 0, height: 0 });
  });
});

describe("the footage of a violation", () => {
  it("is the clip with what was seen drawn over it, until that is switched off", async () => {
    vi.stubGlobal("fetch", async () => Response.json(SEEN));
    show(<Footage violation={violation({ evidence: [file("clip", CLIP), file("boxes", BOXES)] })} />);
    const video = screen.getByLabelText(/^Clip: No face/) as HTMLVideoElement;
    expect(video.getAttribute("src")).toBe(`/api/v1/evidence/${CLIP}`);
    expect(await screen.findByText("face 90 %")).toBeTruthy();
    video.currentTime = 1.2;
    expect(await screen.findByText("cell phone 90 %")).toBeTruthy();
    expect(screen.getByText("Speech")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Hide boxes" }));
    expect(screen.queryByTestId("boxes")).toBeNull();
  });

  it("goes to where the violation began", async () => {
    show(<Footage violation={violation({ ended_at: at(2), evidence: [file("clip", CLIP)] })} />);
    const video = screen.getByLabelText(/^Clip: /) as HTMLVideoElement;
    Object.defineProperty(video, "duration", { value: 10 });
    fireEvent.loadedMetadata(video);
    fireEvent.click(screen.getByRole("button", { name: "To where it began" }));
    expect(video.currentTime).toBe(5);
  });

  it("is the snapshot while the clip is on its way", () => {
    const snapshot = file("snapshot", "a".repeat(64), { media_type: "image/jpeg" });
    show(<Footage violation={violation({ evidence: [snapshot, file("clip", CLIP, { available: false })] })} />);
    expect(screen.getByRole("img").getAttribute("src")).toBe(`/api/v1/evidence/${snapshot.sha256}`);
    expect(screen.getByText("The clip is on its way.")).toBeTruthy();
  });

  it("says that the booth could not keep the clip, and why", () => {
    const deleted = file("clip", CLIP, { available: false, deleted_at: at(60) });
    const gone = render(<Footage violation={violation({ evidence: [deleted] })} />);
    expect(gone.getByText(/^The clip was deleted by the rules of retention, /)).toBeTruthy();
    gone.unmount();
    const clip = file("clip", CLIP, { available: false, dropped: "spool_full" });
    show(<Footage violation={violation({ evidence: [clip] })} />);
    expect(screen.getByText("The booth could not keep the clip: its storage was full.")).toBeTruthy();
  });

  it("falls back to the snapshot when the clip does not play", async () => {
    const snapshot = file("snapshot", "a".repeat(64), { media_type: "image/jpeg" });
    show(<Footage violation={violation({ evidence: [snapshot, file("clip", CLIP)] })} />);
    await act(async () => fireEvent.error(screen.getByLabelText(/^Clip: /)));
    expect(screen.getByRole("img")).toBeTruthy();
    expect(screen.getByText(/could not be played/)).toBeTruthy();
  });
});
