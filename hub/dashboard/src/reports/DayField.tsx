/** One day, for the beginning or the end of a period. */

type Props = {
  label: string;
  value: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
  onChange: (value: string | undefined) => void;
};

export function DayField({ label, value, min, max, onChange }: Props) {
  return (
    <label className="inline-flex h-8 items-center gap-1.5 text-ink-2">
      {label}
      <input
        type="date"
        value={value ?? ""}
        min={min}
        max={max}
        onChange={(event) => onChange(event.target.value || undefined)}
        className={`tabular h-8 rounded-md border border-line-strong bg-surface px-2 ${value ? "text-ink" : "text-ink-3"}`}
      />
    </label>
  );
}
