/** The shape of a severity: circle, triangle, hexagon. Outlined, because nobody has reviewed it yet. */
import type { Severity } from "@/api/types";
import { t } from "@/text/text";

const SHAPES: Record<Severity, string> = {
  low: "M8 2.6a5.4 5.4 0 1 0 0 10.8a5.4 5.4 0 1 0 0-10.8z",
  medium: "M8 2.2 14.4 13.4H1.6z",
  high: "M8 1.4 13.8 4.7v6.6L8 14.6 2.2 11.3V4.7z",
};

export const severityText: Record<Severity, string> = { low: "text-low", medium: "text-medium", high: "text-high" };
export const severityFill: Record<Severity, string> = {
  low: "bg-low-fill",
  medium: "bg-medium-fill",
  high: "bg-high-fill",
};

type Props = { severity: Severity; size?: number; label?: boolean };

export function SeverityMark({ severity, size = 14, label = true }: Props) {
  return (
    <svg
      role="img"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden={!label}
      className={`shrink-0 ${severityText[severity]}`}
    >
      <title>{t(`severity.${severity}`)}</title>
      <path
        d={SHAPES[severity]}
        fill="currentColor"
        fillOpacity={0.22}
        stroke="currentColor"
        strokeWidth={1.6}
        strokeLinejoin="round"
      />
    </svg>
  );
}
