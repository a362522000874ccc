/** Small changes that come one by one, as pictures do while they load, drawn together: each alone would be a frame. */
import { Batch } from "@/live/batch";

const changes = new Batch<() => void>((all) => {
  for (const change of all) change();
});

export function together(change: () => void): void {
  changes.add(change);
}
