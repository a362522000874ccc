/** What the address of the list of candidates says. */
export const ORDERS = ["name", "-name", "number", "-number"] as const;
export type Order = (typeof ORDERS)[number];
export type CandidateSearch = { q?: string; accommodated?: boolean; sort?: Order };

export function parseCandidateSearch(raw: Record<string, unknown>): CandidateSearch {
  const sort = ORDERS.find((order) => order === raw.sort);
  return {
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
    ...(typeof raw.accommodated === "boolean" ? { accommodated: raw.accommodated } : {}),
    ...(sort && sort !== "name" ? { sort } : {}),
  };
}
