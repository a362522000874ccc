/** What was seen in a clip at a moment of it, from the file beside the clip. */
import type { ClipBoxes } from "@/api/types";

export type Look = ClipBoxes["looks"][number];
export type Box = Look["boxes"][number];

/** A look older than this says nothing of the picture any more: vision was slow, or had stopped. */
export const STALE_S = 1;

/** The newest look at or before `at` seconds; undefined where there is none that still holds. */
export function lookAt(looks: readonly Look[], at: number): Look | undefined {
  let low = 0;
  let high = looks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((looks[middle]?.at_s ?? 0) <= at + 0.001) low = middle + 1;
    else high = middle;
  }
  const look = looks[low - 1];
  return look && at - look.at_s <= STALE_S ? look : undefined;
}

/** Where a box lies over the picture, in percent; what reaches beyond the edge is cut there. */
export function placeBox(box: Box): { left: number; top: number; width: number; height: number } {
  const share = (value: number) => Math.min(1, Math.max(0, value)) * 100;
  const [left, top, right, bottom] = box.xyxy.map(share) as [number, number, number, number];
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}
