/** What a person must hear of: the difference between what was known of the booths and what is known now. */
import { type Booth, SEVERITIES, type Severity, type Violation } from "@/api/types";
import { monitoringLost } from "@/wall/order";

export type AlertKind = Severity | "hand" | "lost";
export type Alert = {
  kind: AlertKind;
  booth: Booth;
  /** Of those that a violation caused, where it is known. */
  violation: Violation | null;
};

/** What of a booth can raise an alert; kept from one look to the next. */
export type Known = {
  latest: string | null;
  /** Higher is worse; 0 is nothing open. */
  worst: number;
  hand: string | null;
  lost: boolean;
};

/** Loudest first. */
const LOUDNESS: readonly AlertKind[] = ["high", "hand", "lost", "medium", "low"];

export function louder(a: AlertKind, b: AlertKind): number {
  return LOUDNESS.indexOf(a) - LOUDNESS.indexOf(b);
}

function rank(severity: Severity | null): number {
  return severity === null ? 0 : SEVERITIES.length - SEVERITIES.indexOf(severity);
}

export function known(booth: Booth): Known {
  return {
    latest: booth.latest?.violation_id ?? null,
    worst: rank(booth.worst_open),
    hand: booth.hand_raised_at,
    lost: monitoringLost(booth),
  };
}

/** Alerts of one booth; none for a booth that is seen for the first time. */
function ofBooth(before: Known, booth: Booth): Alert[] {
  const now = known(booth);
  const found: Alert[] = [];
  const { latest } = booth;
  const opened = latest !== null && now.latest !== before.latest && latest.ended_at == null ? latest : null;
  const risen = now.worst > before.worst ? booth.worst_open : null;
  const worst = [opened?.severity ?? null, risen].toSorted((a, b) => rank(b) - rank(a))[0];
  if (worst) found.push({ kind: worst, booth, violation: opened?.severity === worst ? opened : null });
  if (now.hand !== null && now.hand !== before.hand) found.push({ kind: "hand", booth, violation: null });
  if (now.lost && !before.lost) found.push({ kind: "lost", booth, violation: null });
  return found;
}

/** Compares states, not messages, so that what happened while the connection was away is told as well. */
export function alertsBetween(before: ReadonlyMap<string, Known>, booths: readonly Booth[]): Alert[] {
  return booths
    .flatMap((booth) => {
      const was = before.get(booth.booth_id);
      return was ? ofBooth(was, booth) : [];
    })
    .toSorted((a, b) => louder(a.kind, b.kind));
}
