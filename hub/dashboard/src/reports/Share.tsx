/** A share of time: the number, a thin bar, and on hover of what. Neutral: no share is good or bad (ADR 34). */
import { t } from "@/text/text";
import { duration, number } from "@/time/format";

/** Two decimals at most, and never rounded up: 100 % is only what is whole. */
export function percent(value: number): string {
  return `${number(Math.floor(value * 100) / 100, 2)} %`;
}

type Props = { value: number | null; of: number; title: string };

export function Share({ value, of, title }: Props) {
  if (value === null) return <span className="text-ink-3">{t("booth.unknown")}</span>;
  return (
    <span className="tabular inline-flex flex-col gap-1" title={`${title}: ${duration(of * 1000, false)}`}>
      <span className="whitespace-nowrap">{percent(value)}</span>
      <span aria-hidden="true" className="block h-1 w-16 overflow-hidden rounded-full bg-line">
        <span className="block h-full bg-ink-3" style={{ width: `${value}%` }} />
      </span>
    </span>
  );
}
