/** The head of a column that a table can be sorted by. Pressed again it turns the order round. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { HEAD } from "@/ui/Table";

export type Sort<Key extends string> = { by: Key; down: boolean };

type Props<Key extends string> = {
  name: string;
  by: Key;
  sort: Sort<Key>;
  onSort: (sort: Sort<Key>) => void;
  className?: string;
};

export function SortHead<Key extends string>({ name, by, sort, onSort, className = "" }: Props<Key>) {
  const here = sort.by === by;
  const Icon = sort.down ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={`${HEAD} ${className}`}
      aria-sort={here ? (sort.down ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        onClick={() => onSort({ by, down: here ? !sort.down : false })}
        className={`-mx-1 inline-flex min-h-6 items-center gap-1 rounded-sm px-1 hover:text-ink ${here ? "text-ink-2" : ""}`}
      >
        {name}
        {here && <Icon size={12} aria-hidden="true" />}
      </button>
    </th>
  );
}

/** `seen` or, turned round, `-seen`: as an address says it. */
export function parseSort<Key extends string>(raw: unknown, known: readonly Key[]): Sort<Key> | undefined {
  if (typeof raw !== "string") return undefined;
  const down = raw.startsWith("-");
  const by = known.find((each) => each === (down ? raw.slice(1) : raw));
  return by && { by, down };
}

export function sortText<Key extends string>({ by, down }: Sort<Key>): string {
  return down ? `-${by}` : by;
}
