/** What the violations page shows; every choice is in the address. */
import { useQuery } from "@tanstack/react-query";
import { boothsQuery } from "@/api/queries";
import { KINDS, SEVERITIES } from "@/api/types";
import { SessionChip } from "@/review/QueueFilters";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { SeverityMark } from "@/violations/Severity";
import { type FilterSearch, REVIEWS } from "@/violations/search";

type Props = { value: FilterSearch; onChange: (value: FilterSearch) => void };

export function Filters({ value, onChange }: Props) {
  const booths = useQuery(boothsQuery);
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
