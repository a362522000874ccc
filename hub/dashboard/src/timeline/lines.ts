/** Traces as shapes and as words. A point keeps the lowest and the highest value of its time; null is a hole. */
import type { TraceLine, Traces } from "@/api/types";
import { t } from "@/text/text";
import { number } from "@/time/format";
import type { Window } from "@/violations/strip";

/** Who was there, what matters most first: within one point several may hold. */
export type Presence = "several" | "empty" | "hidden" | "one";
export type Stretch<What> = { what: What; from: number; to: number };

export const WIDTH = 1000;
export const HEIGHT = 100;
/** Percent from which somebody speaks: the same as the rule's. */
export const SPEAKS = 50;

export const begin = (traces: Traces) => Date.parse(traces.started_at);

/** The band between lowest and highest, as an SVG path over the window; values beyond `reach` are cut there. */
export function band(line: TraceLine, traces: Traces, window: Window, reach: number): string {
  const { low = [], high = [] } = line;
  const x = (at: number) => (((at - window.from) / (window.to - window.from)) * WIDTH).toFixed(1);
  const y = (value: number) =>
    (HEIGHT / 2 - (Math.max(-reach, Math.min(reach, value)) / reach) * (HEIGHT / 2)).toFixed(1);
  const from = begin(traces);
  const first = Math.max(0, Math.floor((window.from - from) / traces.step_ms) - 1);
  const last = Math.min(high.length, Math.ceil((window.to - from) / traces.step_ms) + 1);
  let path = "";
  for (let i = first; i < last; i++) {
    if (high[i] == null) continue;
    let upper = "";
    let lower = "";
    for (; i < last && high[i] != null; i++) {
      const [left, right] = [x(from + i * traces.step_ms), x(from + (i + 1) * traces.step_ms)];
      upper += `${upper ? "L" : "M"}${left} ${y(high[i] as number)}L${right} ${y(high[i] as number)}`;
      lower = `L${right} ${y(low[i] as number)}L${left} ${y(low[i] as number)}${lower}`;
    }
    path += `${upper}${lower}Z`;
  }
  return path;
}

function point(traces: Traces, i: number): Presence | null {
  const [low, high] = [traces.faces.low?.[i], traces.faces.high?.[i]];
  if (low == null || high == null) return null;
  if (high >= 2) return "several";
  if (low > 0) return "one";
  return traces.hidden.high?.[i] === 1 ? "hidden" : "empty";
}

function stretches<What>(traces: Traces, read: (i: number) => What | null): Stretch<What>[] {
  const found: Stretch<What>[] = [];
  const from = begin(traces);
  for (let i = 0; i < traces.points; i++) {
    const what = read(i);
    if (what === null) continue;
    const [start, end] = [from + i * traces.step_ms, from + (i + 1) * traces.step_ms];
    const last = found.at(-1);
    if (last && last.what === what && last.to === start) last.to = end;
    else found.push({ what, from: start, to: end });
  }
  return found;
}

export function presence(traces: Traces): Stretch<Presence>[] {
  return stretches(traces, (i) => point(traces, i));
}

export function speech(traces: Traces): Stretch<true>[] {
  return stretches(traces, (i) => ((traces.speech.high?.[i] ?? 0) >= SPEAKS ? true : null));
}

/** Each thing on its own, as two may lie there at once. */
export function objects(traces: Traces): (Stretch<string> & { percent: number })[] {
  return Object.entries(traces.objects).flatMap(([label, line]) =>
    stretches(traces, (i) => ((line.high?.[i] ?? 0) > 0 ? label : null)).map((stretch) => {
      const values = (line.high ?? []).slice(
        (stretch.from - begin(traces)) / traces.step_ms,
        (stretch.to - begin(traces)) / traces.step_ms,
      );
      return { ...stretch, percent: Math.max(...values.map((value) => value ?? 0)) };
    }),
  );
}

/** What was seen at a moment, in words, most important first; empty where nothing is known. */
export function words(traces: Traces | undefined, at: number): string[] {
  if (!traces) return [];
  const i = Math.floor((at - begin(traces)) / traces.step_ms);
  if (i < 0 || i >= traces.points) return [];
  const found: string[] = [];
  const who = point(traces, i);
  if (who === "several") found.push(t("timeline.faces", { count: traces.faces.high?.[i] ?? 2 }));
  else if (who) found.push(t(`timeline.presence-${who}`));
  const yaw = farthest(traces.yaw_deg, i);
  if (yaw !== null)
    found.push(t(yaw >= 0 ? "timeline.turned-left" : "timeline.turned-right", { deg: number(Math.abs(yaw)) }));
  const pitch = farthest(traces.pitch_deg, i);
  if (pitch !== null)
    found.push(t(pitch >= 0 ? "timeline.turned-up" : "timeline.turned-down", { deg: number(Math.abs(pitch)) }));
  if ((traces.speech.high?.[i] ?? 0) >= SPEAKS) found.push(t("timeline.speaks"));
  for (const [label, line] of Object.entries(traces.objects)) {
    const percent = line.high?.[i] ?? 0;
    if (percent > 0) found.push(t("timeline.object", { label, percent }));
  }
  return found;
}

function farthest(line: TraceLine, i: number): number | null {
  const [low, high] = [line.low?.[i], line.high?.[i]];
  if (low == null || high == null) return null;
  return Math.abs(low) > Math.abs(high) ? low : high;
}
