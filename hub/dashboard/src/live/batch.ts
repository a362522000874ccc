/** Collects what comes in and hands it on once a frame, so that many small changes are drawn as one. */

/** A page that is not in sight gets no frames, but its alerts must still sound. */
const HIDDEN_MS = 200;

export class FrameBatch<Item> {
  private items: Item[] = [];
  private frame: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly take: (items: readonly Item[]) => void) {}

  add(item: Item): void {
    this.items.push(item);
    if (this.timer !== undefined) return;
    this.frame = requestAnimationFrame(this.flush);
    this.timer = setTimeout(this.flush, HIDDEN_MS);
  }

  flush = (): void => {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = this.timer = undefined;
    const items = this.items;
    this.items = [];
    if (items.length > 0) this.take(items);
  };
}
