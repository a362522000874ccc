/** The measured value against the limit in force, as a small bar: why the rule spoke. */
import type { Violation } from "@/api/types";
import { count, t } from "@/text/text";
import { number } from "@/time/format";

/** A score needs no unit; what is not named here is written as it came. */
const UNITS: Record<string, string> = { deg: "°", s: " s", "%": " %", score: "" };

export function valueText(value: number, unit: string): string {
  if (unit === "faces") return count("sentence.faces", value);
  const plain = number(value, Math.abs(value) < 10 ? 2 : 1);
  return unit in UNITS ? `${plain}${UNITS[unit]}` : `${plain} ${unit}`.trim();
}

/** Percent of the bar for value and limit: both always in sight, the larger at four fifths. */
export function scale(measured: number, limit: number): { value: number; limit: number } {
  const full = Math.max(Math.abs(measured), Math.abs(limit), Number.EPSILON) / 0.8;
  return { value: (Math.abs(measured) / full) * 100, limit: (Math.abs(limit) / full) * 100 };
}

export function Measure({ violation }: { violation: Violation }) {
  const { measured, limit, unit } = violation.explanation;
  if (measured == null) return null;
  const at = limit == null ? null : scale(measured, limit);
  return (
    <div>
      <div className="tabular flex items-baseline justify-between">
        <span className="text-ink-2">{t("violation.measured")}</span>
        <span>
          <strong className="font-semibold text-base">{valueText(measured, unit)}</strong>
          {limit != null && (
            <span className="ml-2 text-ink-3">{t("violation.limit", { value: valueText(limit, unit) })}</span>
          )}
        </span>
      </div>
      {at && (
        <div aria-hidden="true" className="relative mt-2 h-2 rounded-full bg-line">
          <div className="h-full min-w-1 rounded-full bg-ink-2" style={{ width: `${at.value}%` }} />
          <div className="absolute -inset-y-1 w-0.5 rounded-full bg-ink" style={{ left: `${at.limit}%` }} />
        </div>
      )}
    </div>
  );
}
