/** One of several, from a menu. The first entry is "any". */
import { Check, ChevronDown } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { Button } from "@/ui/Button";

export type Choice = { value: string; label: string };
type ChooseProps = {
  label: string;
  any: string;
  value: string | undefined;
  choices: Choice[];
  onChange: (value: string | undefined) => void;
};

export function Choose({ label, any, value, choices, onChange }: ChooseProps) {
  const all = [{ value: "", label: any }, ...choices];
  const shown = choices.find((choice) => choice.value === value)?.label ?? value ?? any;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button aria-label={`${label}: ${shown}`} className="h-8! px-2.5">
          <span className={value ? "" : "text-ink-2"}>{shown}</span>
          <ChevronDown size={14} className="text-ink-3" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="start" sideOffset={4} className="menu">
          <DropdownMenu.RadioGroup value={value ?? ""} onValueChange={(next) => onChange(next || undefined)}>
            {all.map((choice) => (
              <DropdownMenu.RadioItem key={choice.value} value={choice.value} className="menu-item">
                {choice.label}
                <DropdownMenu.ItemIndicator className="ml-auto">
                  <Check size={14} />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
