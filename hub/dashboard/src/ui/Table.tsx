/** A dense table with a head that stays: loading, empty and failed are its states, and more comes when asked for. */
import type { ReactNode } from "react";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";

export const HEAD =
  "z-10 lg:sticky lg:top-12 border-line border-b bg-surface px-3 py-2 text-left font-medium text-ink-3 text-xs whitespace-nowrap first:rounded-tl-lg last:rounded-tr-lg";
export const CELL = "border-line border-b px-3 py-2.5 align-top group-last/row:border-b-0";

export type Column<Item> = {
  name: string;
  show: (item: Item) => ReactNode;
  /** The one that names the row; a screen reader says it with every cell. */
  heads?: boolean;
  className?: string;
};

type Props<Item> = {
  /** What a screen reader calls the table. */
  label: string;
  columns: Column<Item>[];
  items: Item[] | undefined;
  rowKey: (item: Item) => string;
  error?: unknown;
  onRetry: () => void;
  /** What is said where there is nothing. */
  empty: ReactNode;
  more?: { busy: boolean; load: () => void } | undefined;
};

export function Table<Item>({ label, columns, items, rowKey, error, onRetry, empty, more }: Props<Item>) {
  if (!items && error != null) return <Failure error={error} onRetry={onRetry} />;
  if (!items) {
    return (
      <>
        <Loading />
        <Skeleton className="h-64 w-full rounded-lg" />
      </>
    );
  }
  if (items.length === 0) return <div className="panel">{empty}</div>;
  return (
    <>
      <div className="panel overflow-x-auto lg:overflow-visible">
        <table aria-label={label} className="tabular w-full border-separate border-spacing-0">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.name} scope="col" className={HEAD}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={rowKey(item)} className="group/row hover:bg-hover" data-row={rowKey(item)}>
                {columns.map((column) =>
                  column.heads ? (
                    <th
                      key={column.name}
                      scope="row"
                      className={`${CELL} text-left font-normal ${column.className ?? ""}`}
                    >
                      {column.show(item)}
                    </th>
                  ) : (
                    <td key={column.name} className={`${CELL} ${column.className ?? ""}`}>
                      {column.show(item)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more && (
        <Button className="self-center" disabled={more.busy} onClick={more.load}>
          {t(more.busy ? "table.loading" : "table.more")}
        </Button>
      )}
    </>
  );
}
