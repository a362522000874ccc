/** The sounds of alerts, made here: a file would have to be fetched at the very moment it is needed. */
import type { AlertKind } from "@/alerts/differences";

/** One note: when it begins and how long it lasts (seconds), and its pitch (Hz). */
type Note = { at: number; for: number; hz: number };

/** Number and direction tell them apart: three falling for high, two for medium, one for low, two rising for a hand. */
const SOUNDS: Record<AlertKind, readonly Note[]> = {
  high: [
    { at: 0, for: 0.16, hz: 988 },
    { at: 0.2, for: 0.16, hz: 784 },
    { at: 0.4, for: 0.3, hz: 659 },
  ],
  lost: [
    { at: 0, for: 0.3, hz: 392 },
    { at: 0.36, for: 0.3, hz: 330 },
  ],
  hand: [
    { at: 0, for: 0.14, hz: 587 },
    { at: 0.18, for: 0.26, hz: 880 },
  ],
  medium: [
    { at: 0, for: 0.14, hz: 659 },
    { at: 0.2, for: 0.24, hz: 659 },
  ],
  low: [{ at: 0, for: 0.2, hz: 523 }],
};
const LOUDNESS: Record<AlertKind, number> = { high: 0.22, lost: 0.16, hand: 0.14, medium: 0.14, low: 0.08 };
/** A tone that starts at once would click. */
const SWELL_S = 0.015;

let context: AudioContext | undefined;

/** Browsers let a page sound only after somebody used it; until then this plays nothing, and holds nothing back. */
export async function playSound(kind: AlertKind): Promise<void> {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") {
    // Chromium answers a resume before the first click only at that click: the alert would sound long after its time.
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    await context.resume();
  }
  for (const note of SOUNDS[kind]) sing(context, note, LOUDNESS[kind]);
}

function sing(context: AudioContext, note: Note, loudness: number): void {
  const from = context.currentTime + note.at;
  const until = from + note.for;
  const tone = new OscillatorNode(context, { type: "triangle", frequency: note.hz });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + SWELL_S);
  gain.gain.exponentialRampToValueAtTime(0.0001, until);
  tone.connect(gain).connect(context.destination);
  tone.start(from);
  tone.stop(until);
}
