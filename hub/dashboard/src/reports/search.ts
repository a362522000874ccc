/** What the addresses of reports and summaries say. */
import type { SittingState } from "@/api/types";
import { STATES_OF } from "@/exam-sessions/search";

export const FOUND = ["undecided", "decided", "confirmed", "nothing"] as const;
export type Found = (typeof FOUND)[number];
export const ORDERS = ["newest", "oldest", "candidate"] as const;
export type Order = (typeof ORDERS)[number];
export const OVER = STATES_OF.over;

export type ReportsSearch = {
  q?: string;
  exam?: string;
  state?: SittingState;
  found?: Found;
  hold?: true;
  /** Days, both included. */
  from?: string;
  to?: string;
  order?: Order;
};
export type SummarySearch = { exam?: string; of?: string; from?: string; to?: string };
/** Which violations of a report are listed. */
export const DECIDED = ["confirmed", "undecided", "dismissed"] as const;
export type Decided = (typeof DECIDED)[number];
export type ReportSearch = { show?: Decided };

type Raw = Record<string, unknown>;

const DAY = /^2[01]\d\d-[01]\d-[0-3]\d$/;

function word(raw: unknown): string | undefined {
  // Digits alone arrive as a number.
  const text = typeof raw === "number" ? String(raw) : raw;
  return typeof text === "string" && text ? text.slice(0, 100) : undefined;
}

function day(raw: unknown): string | undefined {
  return typeof raw === "string" && DAY.test(raw) && !Number.isNaN(Date.parse(raw)) ? raw : undefined;
}

function said<Search extends Raw>(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search;
}

export function parseReportsSearch(raw: Raw): ReportsSearch {
  return said({
    q: word(raw.q),
    exam: word(raw.exam),
    state: OVER.find((known) => known === raw.state),
    found: FOUND.find((known) => known === raw.found),
    hold: raw.hold === true ? true : undefined,
    from: day(raw.from),
    to: day(raw.to),
    order: ORDERS.find((known) => known === raw.order),
  }) as ReportsSearch;
}

export function parseSummarySearch(raw: Raw): SummarySearch {
  return said({ exam: word(raw.exam), of: word(raw.of), from: day(raw.from), to: day(raw.to) }) as SummarySearch;
}

export function parseReportSearch(raw: Raw): ReportSearch {
  return said({ show: DECIDED.find((known) => known === raw.show) }) as ReportSearch;
}

/** From the first moment of one day to the last of another, by the viewer's clock. */
export function between(from?: string, to?: string): { from?: string; to?: string } {
  const until = to === undefined ? undefined : new Date(`${to}T00:00:00`);
  until?.setDate(until.getDate() + 1);
  return {
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(until === undefined ? {} : { to: until.toISOString() }),
  };
}
