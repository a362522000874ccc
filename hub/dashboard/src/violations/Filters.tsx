/** What the violations page shows; every choice is in the address. */
import { useQuery } from "@tanstack/react-query";
import { Check, ChevronDown } from "lucide-react";
import { DropdownMenu, ToggleGroup } from "radix-ui";
import { boothsQuery } from "@/api/queries";
import { KINDS, SEVERITIES, type Severity, type ViolationKind } from "@/api/types";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { SeverityMark } from "@/violations/Severity";

/** The address's words, short on purpose. */
export type FilterSearch = { booth?: string; kind?: ViolationKind; severity?: Severity; open?: boolean };

type Choice = { value: string; label: string };
type ChooseProps = {
  label: string;
  any: string;
  value: string | undefined;
  choices: Choice[];
  onChange: (value: string | undefined) => void;
};

function Choose({ label, any, value, choices, onChange }: ChooseProps) {
  const all = [{ value: "", label: any }, ...choices];
  const shown = choices.find((choice) => choice.value === value)?.label ?? value ?? any;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button aria-label={`${label}: ${shown}`} className="h-8 px-2.5">
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

type SegmentsProps = {
  label: string;
  value: string;
  choices: (Choice & { severity?: Severity })[];
  onChange: (value: string) => void;
};

function Segments({ label, value, choices, onChange }: SegmentsProps) {
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
          {choice.severity && <SeverityMark severity={choice.severity} size={12} label={false} />}
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

type Props = { value: FilterSearch; onChange: (value: FilterSearch) => void };

export function Filters({ value, onChange }: Props) {
  const booths = useQuery(boothsQuery);
  const set = <Key extends keyof FilterSearch>(key: Key, chosen: FilterSearch[Key] | undefined) => {
    const { [key]: _, ...rest } = value;
    onChange(chosen === undefined ? rest : { ...rest, [key]: chosen });
  };
  const filtered = Object.keys(value).length > 0;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Segments
        label={t("filter.open")}
        value={value.open === undefined ? "" : String(value.open)}
        choices={[
          { value: "true", label: t("filter.open-true") },
          { value: "false", label: t("filter.open-false") },
        ]}
        onChange={(next) => set("open", next === "" ? undefined : next === "true")}
      />
      <Segments
        label={t("filter.severity")}
        value={value.severity ?? ""}
        choices={SEVERITIES.map((severity) => ({ value: severity, label: t(`severity.${severity}`), severity }))}
        onChange={(next) =>
          set(
            "severity",
            SEVERITIES.find((severity) => severity === next),
          )
        }
      />
      <Choose
        label={t("filter.booth")}
        any={t("filter.any-booth")}
        value={value.booth}
        choices={(booths.data?.items ?? []).map((booth) => ({ value: booth.booth_id, label: booth.name }))}
        onChange={(next) => set("booth", next)}
      />
      <Choose
        label={t("filter.kind")}
        any={t("filter.any-kind")}
        value={value.kind}
        choices={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        onChange={(next) =>
          set(
            "kind",
            KINDS.find((kind) => kind === next),
          )
        }
      />
      {filtered && (
        <Button look="bare" className="h-8" onClick={() => onChange({})}>
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}
