/** One time axis over the pieces of a recording: what lies where, and what comes after. All times are milliseconds. */
import type { Hole, Recording, Segment } from "@/api/types";

export type Extent = { from: number; to: number };
export type Spot =
  | { kind: "piece"; segment: Segment; offset_s: number }
  | { kind: "hole"; hole: Hole }
  | { kind: "end" };

const start = (part: Segment | Hole) => Date.parse(part.started_at);
const end = (part: Segment | Hole) => Date.parse(part.ended_at);

/** From the first piece to the end of the last; null without any. */
export function extent(recording: Recording): Extent | null {
  const [first] = recording.segments;
  if (!first) return null;
  return { from: start(first), to: Math.max(...recording.segments.map(end)) };
}

/** What is at `at`: a piece that can be played and where in it, a hole, or the end. The newer of two pieces wins. */
export function spotAt(recording: Recording, at: number): Spot {
  const segment = recording.segments.findLast((piece) => piece.available && start(piece) <= at && at < end(piece));
  if (segment) return { kind: "piece", segment, offset_s: (at - start(segment)) / 1000 };
  const hole = recording.holes.find((gap) => start(gap) <= at && at < end(gap));
  if (hole) return { kind: "hole", hole };
  // A seam between two pieces, too short to be a hole: what comes next begins a moment later.
  const next = nextPiece(recording, at);
  return next ? { kind: "piece", segment: next, offset_s: 0 } : { kind: "end" };
}

/** The first playable piece that begins at `at` or later. */
export function nextPiece(recording: Recording, at: number): Segment | undefined {
  return recording.segments.find((piece) => piece.available && start(piece) >= at);
}

/** Where to be when a piece has come to its end: at its end, which is the beginning of what follows. */
export function after(segment: Segment): number {
  return end(segment);
}
