/** What the violations page shows; every choice is in the address. */
import { SEVERITIES } from "@/api/types";
import { SessionChip } from "@/review/QueueFilters";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { BoothChoice, KindChoice } from "@/violations/choices";
import { SeverityMark } from "@/violations/Severity";
import { type FilterSearch, REVIEWS } from "@/violations/search";

type Props = { value: FilterSearch; onChange: (value: FilterSearch) => void };

export function Filters({ value, onChange }: Props) {
  const set = <Key extends keyof FilterSearch>(key: Key, chosen: FilterSearch[Key] | undefined) => {
    const { [key]: _, ...rest } = value;
    onChange(chosen === undefined ? rest : { ...rest, [key]: chosen });
  };
  const filtered = Object.keys(value).some((key) => key !== "order");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField
        key={value.q === undefined ? "none" : "some"}
        label={t("violations.search")}
        hint={t("review.search-hint")}
        value={value.q ?? ""}
        onChange={(q) => set("q", q || undefined)}
      />
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
      <BoothChoice value={value.booth} onChange={(booth) => set("booth", booth)} />
      <KindChoice value={value.kind} onChange={(kind) => set("kind", kind)} />
      <Choose
        label={t("violations.decision")}
        any={t("violations.any-decision")}
        value={value.review}
        choices={REVIEWS.map((review) => ({ value: review, label: t(`review.state.${review}`) }))}
        onChange={(next) =>
          set(
            "review",
            REVIEWS.find((review) => review === next),
          )
        }
      />
      {value.session && <SessionChip id={value.session} onClear={() => set("session", undefined)} />}
      {filtered && (
        <Button look="bare" className="h-8" onClick={() => onChange({})}>
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}
