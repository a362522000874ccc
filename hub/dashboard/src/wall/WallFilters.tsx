/** Which booths of the chosen rooms the wall shows, in which order and how large; every choice is in the address. */
import { useEffect, useRef, useState } from "react";
import { SEVERITIES } from "@/api/types";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { INPUT } from "@/ui/Field";
import { useKeys } from "@/ui/keyboard";
import { Segments } from "@/ui/Segments";
import { SeverityMark } from "@/violations/Severity";
import { isFiltered, SIZES, SORTS, type WallSearch } from "@/wall/search";
import { TILE_STATES } from "@/wall/states";

/** How long somebody types before the wall follows. */
const PAUSE_MS = 150;

type Props = { value: WallSearch; onChange: (value: WallSearch) => void };

function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  // What was cleared elsewhere is cleared here.
  useEffect(() => setTyped(value), [value]);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <input
      ref={field}
      type="search"
      value={typed}
      aria-label={t("wall.search")}
      placeholder={t("wall.search")}
      onChange={(event) => setTyped(event.target.value)}
      className={`${INPUT} h-8 max-w-44`}
    />
  );
}

export function WallFilters({ value, onChange }: Props) {
  const set = <Key extends keyof WallSearch>(key: Key, chosen: WallSearch[Key] | undefined) => {
    const { [key]: _, ...rest } = value;
    onChange(chosen === undefined ? rest : { ...rest, [key]: chosen });
  };
  // Site and room are chosen in the top line, for every page.
  const { site: _, room: __, ...own } = value;
  return (
    <search aria-label={t("wall.filters")} className="flex flex-wrap items-center gap-2">
      <Search value={value.q ?? ""} onChange={(q) => set("q", q || undefined)} />
      <Choose
        label={t("wall.state")}
        any={t("wall.any-state")}
        value={value.state}
        choices={TILE_STATES.map((state) => ({ value: state, label: t(`wall.state.${state}`) }))}
        onChange={(next) =>
          set(
            "state",
            TILE_STATES.find((state) => state === next),
          )
        }
      />
      <Segments
        label={t("wall.severity")}
        value={value.severity ?? ""}
        choices={SEVERITIES.map((severity) => ({
          value: severity,
          label: t(`severity.${severity}`),
          mark: <SeverityMark severity={severity} size={12} label={false} />,
        }))}
        onChange={(next) =>
          set(
            "severity",
            SEVERITIES.find((severity) => severity === next),
          )
        }
      />
      {isFiltered(own) && (
        <Button
          look="bare"
          className="h-8"
          onClick={() => {
            const { sort, size } = value;
            onChange({ ...(sort ? { sort } : {}), ...(size ? { size } : {}) });
          }}
        >
          {t("filter.clear")}
        </Button>
      )}
      <span className="ml-auto flex flex-wrap gap-2">
        <Choose
          label={t("wall.sort")}
          any={t("wall.sort.urgency")}
          value={value.sort}
          choices={SORTS.map((sort) => ({ value: sort, label: t(`wall.sort.${sort}`) }))}
          onChange={(next) =>
            set(
              "sort",
              SORTS.find((sort) => sort === next),
            )
          }
        />
        <Segments
          label={t("wall.size")}
          value={value.size ?? "medium"}
          choices={SIZES.map((size) => ({ value: size, label: t(`wall.size.${size}`) }))}
          onChange={(next) => {
            const size = SIZES.find((each) => each === next);
            // The usual one is left out; pressing the chosen one again chooses nothing else.
            if (size) set("size", size === "medium" ? undefined : size);
          }}
        />
      </span>
    </search>
  );
}
