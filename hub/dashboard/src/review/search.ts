/** What the addresses of the review pages say. */
import { KINDS, SEVERITIES, type Severity, type ViolationKind } from "@/api/types";

export type QueueSearch = {
  severity?: Severity;
  kind?: ViolationKind;
  booth?: string;
  /** An exam session. */
  session?: string;
  q?: string;
  contested?: true;
  /** The violation that is before the reviewer. */
  at?: string;
};

export const BYS = ["rule", "exam", "booth"] as const;
export type By = (typeof BYS)[number];
export const DAYS = [7, 30, 90] as const;
export type RatesSearch = { by?: By; days?: (typeof DAYS)[number] };

type Raw = Record<string, unknown>;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value.slice(0, 100) : undefined;
}

export function parseQueueSearch(raw: Raw): QueueSearch {
  const severity = SEVERITIES.find((known) => known === raw.severity);
  const kind = KINDS.find((known) => known === raw.kind);
  const [booth, session, q, at] = [raw.booth, raw.session, raw.q, raw.at].map(text);
  return {
    ...(severity ? { severity } : {}),
    ...(kind ? { kind } : {}),
    ...(booth ? { booth } : {}),
    ...(session ? { session } : {}),
    ...(q ? { q } : {}),
    ...(raw.contested === true ? { contested: true } : {}),
    ...(at ? { at } : {}),
  };
}

export function parseRatesSearch(raw: Raw): RatesSearch {
  const by = BYS.find((known) => known === raw.by);
  const days = DAYS.find((known) => known === raw.days);
  return { ...(by ? { by } : {}), ...(days ? { days } : {}) };
}
