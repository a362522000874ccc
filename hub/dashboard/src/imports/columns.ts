/** Which column of a file is which of the hub's: guessed from its header, settled by a person. */
import type { Sheet } from "@/imports/csv";

export type Column = {
  /** The hub's own name. */
  name: string;
  label: string;
  needed?: boolean;
  /** What else headers say, in lower case. */
  also: readonly string[];
  /** For the template. */
  example: string;
};

/** For each column of the file the hub's name, or null: it is left out. */
export type Mapping = (string | null)[];

const plain = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** The hub's own names first, then what people call them; each column is taken once. */
export function guess(sheet: Sheet, columns: readonly Column[]): Mapping {
  const taken = new Set<string>();
  const found: Mapping = sheet.header.map(() => null);
  const take = (fits: (column: Column, head: string) => boolean) => {
    sheet.header.forEach((head, at) => {
      if (found[at] !== null) return;
      const column = columns.find((each) => !taken.has(each.name) && fits(each, plain(head)));
      if (!column) return;
      taken.add(column.name);
      found[at] = column.name;
    });
  };
  take((column, head) => plain(column.name) === head);
  take((column, head) => plain(column.label) === head || column.also.some((word) => plain(word) === head));
  return found;
}

export function missing(mapping: Mapping, columns: readonly Column[]): Column[] {
  return columns.filter(({ name, needed }) => needed && !mapping.includes(name));
}

/** A column of the file becomes this one; whichever was it before is left out. */
export function settle(mapping: Mapping, at: number, name: string | null): Mapping {
  return mapping.map((old, index) => (index === at ? name : old === name ? null : old));
}

/** Where the cells of the hub's columns stand in the file. */
export function places(mapping: Mapping, columns: readonly Column[]): { name: string; label: string; from: number }[] {
  return columns.flatMap(({ name, label }) => {
    const from = mapping.indexOf(name);
    return from < 0 ? [] : [{ name, label, from }];
  });
}
