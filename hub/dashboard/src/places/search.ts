/** What the address of the tree of rooms says. */
export type PlaceSearch = { q?: string; archived?: boolean };

export function parsePlaceSearch(raw: Record<string, unknown>): PlaceSearch {
  return {
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
    ...(raw.archived === true ? { archived: true } : {}),
  };
}
