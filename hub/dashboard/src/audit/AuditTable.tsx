/** The entries, newest first; each opens to all that it says. j and k move, Enter opens. */
import { ChevronRight } from "lucide-react";
import { Fragment, useRef, useState } from "react";
import { gist } from "@/audit/changes";
import { EntryDetail } from "@/audit/EntryDetail";
import type { AuditEntry } from "@/audit/queries";
import type { AuditSearch } from "@/audit/search";
import { Thing } from "@/audit/Thing";
import { named, t } from "@/text/text";
import { When } from "@/time/When";
import { useKeys } from "@/ui/keyboard";
import { CELL, HEAD } from "@/ui/Table";

const COLUMNS = [t("audit.at"), t("audit.who"), t("audit.what"), t("audit.thing"), t("audit.from")];

function Row({ entry, open, onToggle, onFilter }: RowProps) {
  const id = `entry-${entry.number}`;
  const about = gist(entry.detail);
  return (
    <Fragment>
      <tr
        data-row={entry.number}
        onClick={(event) => {
          // A click on a link or on words somebody marks is not meant for the row.
          const target = event.target as HTMLElement;
          if (!target.closest("a, button") && getSelection()?.isCollapsed !== false) onToggle();
        }}
        className="group/row cursor-pointer hover:bg-hover"
      >
        <td className={`${CELL} w-px pr-0`}>
          <button
            type="button"
            data-entry={entry.number}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            aria-label={t("audit.open", { number: entry.number })}
            onClick={onToggle}
            className="-m-1 grid size-7 place-items-center rounded-sm text-ink-3 hover:text-ink"
          >
            <ChevronRight size={15} className={`transition-transform ${open ? "rotate-90" : ""}`} />
          </button>
        </td>
        <td className={CELL}>
          <When at={entry.at} show="clock" />
        </td>
        <th scope="row" className={`${CELL} text-left font-normal`}>
          {entry.username === null ? (
            <span className="text-ink-2">{named("nobody", entry.display_name)}</span>
          ) : (
            <span className="font-medium" title={entry.username}>
              {entry.display_name}
            </span>
          )}
        </th>
        <td className={CELL}>
          {named("audit.act", entry.action)}
          {about && <span className="ml-2 inline-block max-w-[40ch] truncate align-bottom text-ink-3">{about}</span>}
        </td>
        <td className={CELL}>
          <Thing entry={entry} />
        </td>
        <td className={`${CELL} text-ink-2`}>{entry.address || "—"}</td>
      </tr>
      {open && (
        <tr id={id}>
          <td colSpan={COLUMNS.length + 1} className="border-line border-b p-0">
            <EntryDetail entry={entry} onFilter={onFilter} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

type RowProps = {
  entry: AuditEntry;
  open: boolean;
  onToggle: () => void;
  onFilter: (search: AuditSearch) => void;
};
type Props = { items: AuditEntry[]; onFilter: (search: AuditSearch) => void };

export function AuditTable({ items, onFilter }: Props) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const table = useRef<HTMLTableElement>(null);
  const toggle = (number: number) => {
    const next = new Set(open);
    if (!next.delete(number)) next.add(number);
    setOpen(next);
  };
  const move = (by: number) => {
    const all = [...(table.current?.querySelectorAll<HTMLElement>("[data-entry]") ?? [])];
    const here = all.indexOf(document.activeElement as HTMLElement);
    const next = all[here < 0 ? 0 : here + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  return (
    <div className="panel overflow-x-auto lg:overflow-visible">
      <table
        ref={table}
        aria-label={t("audit.title")}
        className="tabular w-full border-separate border-spacing-0 max-lg:min-w-[760px]"
      >
        <thead>
          <tr>
            <th scope="col" className={HEAD}>
              <span className="sr-only">{t("audit.details")}</span>
            </th>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className={HEAD}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((entry) => (
            <Row
              key={entry.number}
              entry={entry}
              open={open.has(entry.number)}
              onToggle={() => toggle(entry.number)}
              onFilter={onFilter}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
