/** What would become of each row of a file: from what the hub says of it and what can be seen here. */
import type { ImportReport } from "@/api/types";
import type { Row, Sheet } from "@/imports/csv";

export const FATES = ["new", "changed", "unchanged", "refused"] as const;
export type Fate = (typeof FATES)[number];

export type Problem = { column: string | null; problem: string };
export type Planned = { row: Row; fate: Fate; fields: readonly string[]; problems: readonly Problem[] };

/** Rows with more cells than there are columns: which cell belongs where cannot be known. */
export const tooLong = (sheet: Sheet, row: Row) => row.cells.length > sheet.header.length;

/** `strange` is said of a row whose cells and columns do not go together. */
export function plan(sheet: Sheet, report: ImportReport, strange: string): Planned[] {
  const problems = new Map<number, Problem[]>();
  for (const { line, column, problem } of report.problems) {
    problems.set(line, [...(problems.get(line) ?? []), { column, problem }]);
  }
  const changes = new Map(report.rows.map((row) => [row.line, row]));
  return sheet.rows.map((row) => {
    if (tooLong(sheet, row))
      return { row, fate: "refused", fields: [], problems: [{ column: null, problem: strange }] };
    const wrong = problems.get(row.line);
    if (wrong) return { row, fate: "refused", fields: [], problems: wrong };
    const change = changes.get(row.line);
    return { row, fate: change?.change ?? "unchanged", fields: change?.fields ?? [], problems: [] };
  });
}

export function tally(planned: readonly Planned[]): Record<Fate, number> {
  const found = { new: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const { fate } of planned) found[fate] += 1;
  return found;
}

/** Some at a time: each piece is taken wholly or not at all, and there is something to tell meanwhile. */
export const PIECE = 500;

export function pieces<T>(all: readonly T[], size = PIECE): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
