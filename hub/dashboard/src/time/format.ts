/** Durations, ages, clock times and sizes as people read them. All inputs are milliseconds unless named otherwise. */
import { locale, t } from "@/text/text";

const clockFormat = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });

/** `4.2 s`, `1 min 12 s`, `2 h 5 min`. Tenths below a minute, where they tell a glance from a stare. */
export function duration(ms: number, tenths = true): string {
  const s = Math.max(0, ms) / 1000;
  if (tenths ? s < 59.95 : s < 59.5) return t("time.s", { s: tenths ? s.toFixed(1) : Math.round(s) });
  const whole = Math.round(s);
  if (whole < 3600) return t("time.min-s", { min: Math.floor(whole / 60), s: whole % 60 });
  if (whole < 86_400) return t("time.h-min", { h: Math.floor(whole / 3600), min: Math.floor((whole % 3600) / 60) });
  return t("time.d-h", { d: Math.floor(whole / 86_400), h: Math.floor((whole % 86_400) / 3600) });
}

/** `12 s ago`, `3 min ago`, `2 h 5 min ago`. A clock slightly ahead of ours is `just now`, not the future. */
export function age(at: number, now: number): string {
  const s = Math.round((now - at) / 1000);
  if (s < 2) return t("time.just-now");
  if (s < 60) return t("time.ago", { duration: t("time.s", { s }) });
  if (s < 3600) return t("time.ago", { duration: t("time.min", { min: Math.floor(s / 60) }) });
  return t("time.ago", { duration: duration(s * 1000) });
}

/** Under a minute in steps of so many: a page full of ages that count every second is never at rest. */
const STEP_MS = 5000;

/** `age`, for pages that show many of them. */
export function calmAge(at: number, now: number): string {
  const past = now - at;
  return age(at, past < 60_000 ? at + Math.floor(past / STEP_MS) * STEP_MS : now);
}

/** `14:03:10` in the viewer's zone, with the day before it when it is not today. */
export function clock(at: number, now = at): string {
  const date = new Date(at);
  const time = clockFormat.format(date);
  return date.toDateString() === new Date(now).toDateString() ? time : `${dayFormat.format(date)}, ${time}`;
}

export function utc(at: number): string {
  return `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

/** Decimal units, as disks are sold and as `df -H` prints them. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** step;
  return `${value.toFixed(step > 0 && value < 100 ? 1 : 0)} ${units[step]}`;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString(locale, { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
