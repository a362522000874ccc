/** One number of a rule: to type or to step, with its unit, what is wrong with it, and the way back. */
import { RotateCcw } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { DiffersMark } from "@/profiles/DiffersMark";
import { locale, t } from "@/text/text";

export type ValueProps = {
  label: string;
  hint?: string | undefined;
  unit: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** Why it cannot be saved. */
  problem?: string | undefined;
  /** What is allowed and seldom meant. */
  advice?: string | undefined;
  /** What the built-in profile has, where that is another value. */
  base?: { text: string; name: string; take: () => void } | undefined;
  disabled: boolean;
  onChange: (value: number) => void;
  /** Beside the field, such as "Never". */
  aside?: ReactNode;
  /** The label is for screen readers: what stands around it says the same. */
  bare?: boolean;
};

/** German writes 0,5. */
const read = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text.replace(",", ".")));

/** 25 × 1.1 is 27.5 to people. */
const shown = (value: number): string =>
  Number.isNaN(value) ? "" : value.toLocaleString(locale, { maximumFractionDigits: 4, useGrouping: false });

export function ValueField(props: ValueProps) {
  const { label, hint, unit, value, min, max, step, problem, advice, base, disabled, onChange, aside, bare } = props;
  const id = useId();
  const [text, setText] = useState(() => shown(value));
  useEffect(() => {
    // Somebody took another value: while one types, the text means the value already.
    setText((old) => (Object.is(read(old), value) ? old : shown(value)));
  }, [value]);
  const move = (by: number) => {
    const from = Number.isNaN(value) ? min : value;
    onChange(Math.min(max, Math.max(min, Math.round((from + by * step) * 1000) / 1000)));
  };
  const told = problem ?? advice ?? hint;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={bare ? "sr-only" : "flex items-baseline gap-1.5 font-medium"}>
        {label}
        {base && <DiffersMark base={base.name} />}
      </label>
      <div className="flex flex-wrap items-center gap-2">
        <span
          className={`inline-flex h-8 items-center rounded-md border bg-surface pr-2 focus-within:border-ink-3 ${problem ? "border-high" : "border-line-strong"} ${disabled ? "bg-transparent" : ""}`}
        >
          <input
            id={id}
            type="text"
            inputMode="decimal"
            role="spinbutton"
            aria-valuenow={Number.isNaN(value) ? undefined : value}
            aria-valuemin={min}
            aria-valuemax={max}
            aria-valuetext={Number.isNaN(value) ? undefined : `${value} ${unit}`.trim()}
            aria-invalid={problem ? true : undefined}
            aria-describedby={told ? `${id}-told` : undefined}
            disabled={disabled}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              onChange(read(event.target.value));
            }}
            onKeyDown={(event) => {
              const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
              if (by === undefined) return;
              event.preventDefault();
              move(by);
            }}
            className="tabular h-full w-16 rounded-md bg-transparent px-2.5 text-right disabled:text-ink-2"
          />
          {unit && (
            <span aria-hidden="true" className="text-ink-3">
              {unit}
            </span>
          )}
        </span>
        {aside}
        {base && !disabled && (
          <button
            type="button"
            onClick={base.take}
            aria-label={t("field.reset-label", { field: label, value: base.text, base: base.name })}
            className="inline-flex min-h-6 items-center gap-1 rounded-sm px-1 text-ink-2 text-xs hover:bg-hover hover:text-ink"
          >
            <RotateCcw size={12} aria-hidden="true" />
            {t("field.reset", { value: base.text })}
          </button>
        )}
      </div>
      {told && (
        <p
          id={`${id}-told`}
          role={problem ? "alert" : undefined}
          className={`text-xs ${problem ? "text-high" : advice ? "text-medium" : "text-ink-3"}`}
        >
          {told}
        </p>
      )}
    </div>
  );
}
