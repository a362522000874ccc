/** Says which column of the file is what; opened by itself where the header left something unclear. */
import { useId } from "react";
import { type Column, type Mapping, settle } from "@/imports/columns";
import type { Sheet } from "@/imports/csv";
import { t } from "@/text/text";
import { INPUT } from "@/ui/Field";

/** Rows whose cells are shown beside a header, so that one sees what is in it. */
const SHOWN = 3;

type Props = {
  sheet: Sheet;
  columns: readonly Column[];
  mapping: Mapping;
  lacks: readonly Column[];
  onChange: (mapping: Mapping) => void;
};

export function MapColumns({ sheet, columns, mapping, lacks, onChange }: Props) {
  const id = useId();
  const unclear = lacks.length > 0 || mapping.includes(null);
  return (
    <details className="panel group" open={unclear}>
      <summary className="flex min-h-10 cursor-pointer flex-wrap items-baseline gap-x-3 px-4 py-2.5 font-semibold">
        {t("imports.map")}
        <span className="font-normal text-ink-2">
          {lacks.length > 0
            ? t("imports.map-lacks", { columns: lacks.map(({ label }) => label).join(", ") })
            : mapping.includes(null)
              ? t("imports.map-left-out", { columns: sheet.header.filter((_, at) => mapping[at] === null).join(", ") })
              : t("imports.map-all")}
        </span>
      </summary>
      <div className="grid gap-x-6 gap-y-3 border-line border-t p-4 sm:grid-cols-2 xl:grid-cols-3">
        {sheet.header.map((head, at) => {
          const cells = sheet.rows.slice(0, SHOWN).flatMap(({ cells }) => cells[at] || []);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a file's columns have no other name that is sure to be one
            <div key={at} className="min-w-0">
              <label htmlFor={`${id}-${at}`} className="font-medium">
                {head || t("imports.map-nameless", { number: at + 1 })}
              </label>
              <p className="mb-1 truncate text-ink-3 text-xs">{cells.join(" · ") || t("imports.map-empty")}</p>
              <select
                id={`${id}-${at}`}
                className={`${INPUT} ${mapping[at] === null ? "text-ink-3" : ""}`}
                value={mapping[at] ?? ""}
                onChange={(event) => onChange(settle(mapping, at, event.target.value || null))}
              >
                <option value="">{t("imports.map-none")}</option>
                {columns.map(({ name, label }) => (
                  <option key={name} value={name}>
                    {label}
                  </option>
                ))}
              </select>
            </div>
          );
        })}
      </div>
    </details>
  );
}
