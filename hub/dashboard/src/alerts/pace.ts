/** At most one sound every few seconds: what comes meanwhile waits, and the loudest of it is played. */
import { type AlertKind, louder } from "@/alerts/differences";

export const PAUSE_MS = 4000;

export class Pace {
  private waiting: AlertKind | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly play: (kind: AlertKind) => void) {}

  sound(kind: AlertKind): void {
    if (this.timer !== undefined) {
      if (this.waiting === null || louder(kind, this.waiting) < 0) this.waiting = kind;
      return;
    }
    this.play(kind);
    this.timer = setTimeout(this.rested, PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = null;
  }

  private rested = (): void => {
    this.timer = undefined;
    const kind = this.waiting;
    this.waiting = null;
    if (kind !== null) this.sound(kind);
  };
}
