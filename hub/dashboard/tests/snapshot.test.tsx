import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Snapshot } from "@/violations/Snapshot";
import { at, SNAPSHOT, violation } from "./make";

const waiting = violation({ ended_at: at(6) });
const [file] = waiting.evidence ?? [];
if (!file) throw new Error("the violation has no evidence");
const here = { ...waiting, evidence: [{ ...file, available: true }] };

afterEach(() => {
  vi.useRealTimers();
});

describe("a snapshot", () => {
  it("is a skeleton until the hub has the file, then the picture", async () => {
    const { rerender } = render(<Snapshot violation={waiting} />);
    expect(screen.queryByRole("img")).toBeNull();
    expect(screen.getByTitle("Snapshot is on its way")).toBeTruthy();
    rerender(<Snapshot violation={here} />);
    const picture = screen.getByRole("img");
    expect(picture.getAttribute("src")).toBe(`/api/v1/evidence/${SNAPSHOT}`);
    expect(picture.getAttribute("alt")).toMatch(/^Snapshot: No face for 6\.0 s, Booth 1, /);
    fireEvent.load(picture);
    await waitFor(() => expect(screen.queryByTitle("Snapshot is on its way")).toBeNull());
  });

  it("is asked for again when it could not be loaded, and at last says so", async () => {
    vi.useFakeTimers();
    render(<Snapshot violation={here} />);
    for (let turn = 0; turn < 4; turn++) {
      fireEvent.error(screen.getByRole("img"));
      await act(() => vi.advanceTimersByTimeAsync(1000 * 2 ** turn));
    }
    fireEvent.error(screen.getByRole("img"));
    expect(screen.getByLabelText("The snapshot could not be shown")).toBeTruthy();
  });

  it("says that there is none", () => {
    render(<Snapshot violation={violation({ evidence: [] })} />);
    expect(screen.getByLabelText("No snapshot")).toBeTruthy();
  });
});
