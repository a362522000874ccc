/** What the address of the list says, and from which exam a new one takes its values. */
export type ExamsSearch = { archived?: true; q?: string; by?: string };
export type NewExamSearch = { from?: string };

const ORDERS = ["name", "duration", "profile", "made"];

export function parseExamsSearch(raw: Record<string, unknown>): ExamsSearch {
  const by = String(raw.by ?? "");
  return {
    ...(raw.archived === true ? { archived: true } : {}),
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
    ...(ORDERS.includes(by.replace(/^-/, "")) ? { by } : {}),
  };
}

export function parseNewExamSearch(raw: Record<string, unknown>): NewExamSearch {
  return typeof raw.from === "string" && raw.from ? { from: raw.from.slice(0, 60) } : {};
}
