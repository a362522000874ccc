/** What the address of the wall says. What is left out is the usual. */
import { SEVERITIES, type Severity } from "@/api/types";
import { TILE_STATES, type TileState } from "@/wall/states";

export const SIZES = ["small", "medium", "large"] as const;
export type Size = (typeof SIZES)[number];
/** Besides the usual order, by who needs a person. */
export const SORTS = ["name", "time-left", "unseen"] as const;
export type Sort = (typeof SORTS)[number];

export type WallFilter = {
  q?: string;
  site?: string | undefined;
  room?: string | undefined;
  state?: TileState;
  severity?: Severity;
};
export type WallSearch = WallFilter & { sort?: Sort; size?: Size };

const LONGEST = 100;

function word(raw: unknown): string | undefined {
  // Digits alone arrive as a number.
  const text = typeof raw === "number" ? String(raw) : raw;
  return typeof text === "string" && text ? text.slice(0, LONGEST) : undefined;
}

function oneOf<Word extends string>(words: readonly Word[], raw: unknown): Word | undefined {
  return words.find((known) => known === raw);
}

export function parseWallSearch(raw: Record<string, unknown>): WallSearch {
  const found = {
    q: word(raw.q),
    site: word(raw.site),
    room: word(raw.room),
    state: oneOf(TILE_STATES, raw.state),
    severity: oneOf(SEVERITIES, raw.severity),
    sort: oneOf(SORTS, raw.sort),
    size: oneOf(SIZES, raw.size),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as WallSearch;
}

/** Whether booths are left out; sort and size leave none out. */
export function isFiltered({ q, site, room, state, severity }: WallSearch): boolean {
  return [q, site, room, state, severity].some((choice) => choice !== undefined);
}
