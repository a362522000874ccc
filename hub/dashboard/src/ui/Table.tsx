/**
 * A dense table with a head that stays: loading, empty and failed are its states, and more comes when asked for. Where
 * it is given an order, heads sort; where it is given what is chosen, rows have boxes to tick.
 */
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
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
  /** What the list is ordered by from this head. */
  sort?: string;
  /** The head has no words: buttons of the row stand below it. */
  bare?: boolean;
};

export type Chosen<Item> = {
  keys: ReadonlySet<string>;
  set: (keys: ReadonlySet<string>) => void;
  /** What a screen reader calls the row's box. */
  label: (item: Item) => string;
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
  /** `by` is a column's `sort`, with `-` before it from the end. */
  order?: { by: string; set: (by: string) => void };
  chosen?: Chosen<Item>;
};

/** The name of a column, which sorts where it can. */
function Head<Item>({ column, order }: { column: Column<Item>; order: Props<Item>["order"] }) {
  const { sort, name } = column;
  const by = order?.by.replace(/^-/, "") === sort ? order?.by : undefined;
  const falls = by?.startsWith("-") ?? false;
  const Arrow = falls ? ArrowDown : ArrowUp;
  return (
    <th scope="col" className={HEAD} aria-sort={by === undefined ? undefined : falls ? "descending" : "ascending"}>
      {column.bare ? (
        <span className="sr-only">{name}</span>
      ) : sort !== undefined && order ? (
        <button
          type="button"
          onClick={() => order.set(by === undefined || falls ? sort : `-${sort}`)}
          className="-mx-1.5 -my-1 inline-flex min-h-6 items-center gap-1 rounded-sm px-1.5 hover:bg-hover hover:text-ink"
        >
          {name}
          <Arrow size={12} aria-hidden="true" className={by === undefined ? "opacity-0" : ""} />
        </button>
      ) : (
        name
      )}
    </th>
  );
}

/** A box to tick; `some` is neither ticked nor empty. The label around it is what a finger meets. */
function Tick(props: { label: string; checked: boolean; some?: boolean; onChange: () => void }) {
  const { label, checked, some = false, onChange } = props;
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some;
  }, [some]);
  return (
    <label className="-m-2 grid size-8 cursor-pointer place-items-center">
      <input
        ref={box}
        type="checkbox"
        aria-label={label}
        checked={checked}
        onChange={onChange}
        className="size-4 accent-accent"
      />
    </label>
  );
}

export function Table<Item>(props: Props<Item>) {
  const { label, columns, items, rowKey, error, onRetry, empty, more, order, chosen } = props;
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
  const keys = items.map(rowKey);
  const all = chosen !== undefined && keys.every((key) => chosen.keys.has(key));
  return (
    <>
      <div className="panel overflow-x-auto lg:overflow-visible">
        <table aria-label={label} className="tabular w-full border-separate border-spacing-0">
          <thead>
            <tr>
              {chosen && (
                <th scope="col" className={`${HEAD} w-9`}>
                  <Tick
                    label={t("table.choose-all")}
                    checked={all}
                    some={!all && keys.some((key) => chosen.keys.has(key))}
                    onChange={() => chosen.set(new Set(all ? [] : keys))}
                  />
                </th>
              )}
              {columns.map((column) => (
                <Head key={column.name} column={column} order={order} />
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => {
              const key = rowKey(item);
              return (
                <tr
                  key={key}
                  className="group/row hover:bg-hover data-[chosen=true]:bg-hover"
                  data-row={key}
                  data-chosen={chosen?.keys.has(key)}
                >
                  {chosen && (
                    <td className={CELL}>
                      <Tick
                        label={chosen.label(item)}
                        checked={chosen.keys.has(key)}
                        onChange={() => {
                          const next = new Set(chosen.keys);
                          if (!next.delete(key)) next.add(key);
                          chosen.set(next);
                        }}
                      />
                    </td>
                  )}
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
              );
            })}
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
