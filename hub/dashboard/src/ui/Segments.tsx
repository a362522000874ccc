/** One of a few or none, all of them in sight. */
import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import type { Choice } from "@/ui/Choose";

type SegmentsProps = {
  label: string;
  value: string;
  choices: (Choice & { mark?: ReactNode })[];
  onChange: (value: string) => void;
};

export function Segments({ label, value, choices, onChange }: SegmentsProps) {
  return (
    <ToggleGroup.Root
      type="single"
      value={value}
      onValueChange={onChange}
      aria-label={label}
      className="inline-flex h-8 rounded-md border border-line-strong bg-surface p-0.5"
    >
      {choices.map((choice) => (
        <ToggleGroup.Item
          key={choice.value}
          value={choice.value}
          className="inline-flex items-center gap-1.5 rounded-[5px] px-2.5 text-ink-2 transition-colors hover:text-ink data-[state=on]:bg-line data-[state=on]:text-ink"
        >
          {choice.mark}
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
