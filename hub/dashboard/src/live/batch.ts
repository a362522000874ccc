/** Collects what comes in and hands it on together, so that many small changes are drawn as one. */

/** A page that is not in sight gets no frames, but its alerts must still sound. */
const HIDDEN_MS = 200;

/** Between two hand-overs. A hall at its busiest says a hundred things a second; an eye follows a few changes. */
export const EVERY_MS = 250;

/** What comes after a silence is drawn with the next frame; what comes in a hurry, together a few times a second. */
export class Batch<Item> {
  private items: Item[] = [];
  private frame: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private handedOnAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly take: (items: readonly Item[]) => void) {}

  add(item: Item): void {
    this.items.push(item);
    if (this.timer !== undefined) return;
    const wait = this.handedOnAt + EVERY_MS - performance.now();
    if (wait <= 0) this.frame = requestAnimationFrame(this.flush);
    this.timer = setTimeout(this.flush, wait > 0 ? wait : HIDDEN_MS);
  }

  flush = (): void => {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = this.timer = undefined;
    const items = this.items;
    this.items = [];
    if (items.length === 0) return;
    this.handedOnAt = performance.now();
    this.take(items);
  };
}
