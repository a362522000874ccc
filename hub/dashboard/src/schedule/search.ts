/** What the address of the schedule says: which day, how it is shown, of which place; and for whom one is to be made. */
import { isDay } from "@/schedule/day";

export const VIEWS = ["day", "week", "table"] as const;
export type ScheduleView = (typeof VIEWS)[number];
export type ScheduleSearch = {
  day?: string;
  view?: ScheduleView;
  /** Chosen in the top line, which takes them along from page to page. */
  site?: string | undefined;
  room?: string | undefined;
  /** The form is open, for this candidate. */
  candidate?: string;
};

const SLUG = /^[a-z0-9][a-z0-9-]{0,39}$/;
const slug = (value: unknown): value is string => typeof value === "string" && SLUG.test(value);

export function parseScheduleSearch(raw: Record<string, unknown>): ScheduleSearch {
  const view = VIEWS.find((each) => each === raw.view);
  return {
    ...(isDay(raw.day) ? { day: raw.day } : {}),
    ...(view && view !== "day" ? { view } : {}),
    ...(slug(raw.site) ? { site: raw.site } : {}),
    ...(slug(raw.room) ? { room: raw.room } : {}),
    ...(typeof raw.candidate === "string" && /^[0-9a-f-]{36}$/.test(raw.candidate) ? { candidate: raw.candidate } : {}),
  };
}

/** Of the page of codes. */
export type CodesSearch = Omit<ScheduleSearch, "view" | "candidate"> & { slips?: true };

export function parseCodesSearch(raw: Record<string, unknown>): CodesSearch {
  const { view: _, candidate: __, ...rest } = parseScheduleSearch(raw);
  return { ...rest, ...(raw.slips === true ? { slips: true } : {}) };
}
