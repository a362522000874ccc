/** Days and weeks by the viewer's clock. A day is text, as the address has it: `2026-05-04`. */
import { locale } from "@/text/text";

const two = (number: number) => String(number).padStart(2, "0");

export const textOf = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
export const isDay = (text: unknown): text is string =>
  typeof text === "string" && /^2[01]\d\d-\d\d-\d\d$/.test(text) && textOf(startOf(text)) === text;

/** Midnight; days of 23 and 25 hours are as long as they are. */
export function startOf(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

export function addDays(day: string, days: number): string {
  const date = startOf(day);
  date.setDate(date.getDate() + days);
  return textOf(date);
}

/** The week's days from Monday on. */
export function weekOf(day: string): string[] {
  const monday = addDays(day, -((startOf(day).getDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, at) => addDays(monday, at));
}

const long = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const short = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });
const minutes = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const dayName = (day: string) => long.format(startOf(day));
export const shortDay = (day: string) => short.format(startOf(day));
/** `09:05` */
export const hourMinute = (at: number | string) => minutes.format(new Date(at));

/** What a field for date and time shows and gives. */
export function toField(at: number): string {
  const date = new Date(at);
  return `${textOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
export const fromField = (text: string) => new Date(text).getTime();
