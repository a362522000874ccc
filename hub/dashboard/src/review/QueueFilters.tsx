/** What the queue is narrowed to; every choice is in the address. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { SEVERITIES } from "@/api/types";
import { examSessionQuery } from "@/exam-sessions/queries";
import type { QueueSearch } from "@/review/search";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { SearchField } from "@/ui/SearchField";
import { BoothChoice, KindChoice } from "@/violations/choices";

/** An exam session that a list is narrowed to, with the way out. */
export function SessionChip({ id, onClear }: { id: string; onClear: () => void }) {
  const session = useQuery(examSessionQuery(id)).data?.exam_session;
  return (
    <Button className="h-8! max-w-64 px-2.5" onClick={onClear} title={t("review.session-clear")}>
      <span className="truncate">
        {session ? `${session.candidate_name} · ${session.exam_name}` : t("review.one-session")}
      </span>
      <X size={14} aria-label={t("review.session-clear")} className="shrink-0 text-ink-3" />
    </Button>
  );
}

type Props = { value: QueueSearch; onChange: (value: QueueSearch) => void };

export function QueueFilters({ value, onChange }: Props) {
  const set = <Key extends keyof QueueSearch>(key: Key, chosen: QueueSearch[Key] | undefined) => {
    const { [key]: _, at: __, ...rest } = value;
    onChange(chosen === undefined ? rest : { ...rest, [key]: chosen });
  };
  const { at: _, ...filters } = value;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField
        key={value.q === undefined ? "none" : "some"}
        label={t("review.search")}
        hint={t("review.search-hint")}
        value={value.q ?? ""}
        onChange={(q) => set("q", q || undefined)}
      />
      <Choose
        label={t("filter.severity")}
        any={t("review.any-severity")}
        value={value.severity}
        choices={SEVERITIES.map((severity) => ({ value: severity, label: t(`severity.${severity}`) }))}
        onChange={(next) =>
          set(
            "severity",
            SEVERITIES.find((severity) => severity === next),
          )
        }
      />
      <KindChoice value={value.kind} onChange={(kind) => set("kind", kind)} />
      <BoothChoice value={value.booth} onChange={(booth) => set("booth", booth)} />
      <Button
        className="h-8! px-2.5 aria-pressed:bg-line"
        aria-pressed={value.contested === true}
        onClick={() => set("contested", value.contested ? undefined : true)}
      >
        {t("review.contested-only")}
      </Button>
      {value.session && <SessionChip id={value.session} onClear={() => set("session", undefined)} />}
      {Object.keys(filters).length > 0 && (
        <Button look="bare" className="h-8!" onClick={() => onChange({})}>
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}
