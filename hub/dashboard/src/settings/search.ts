/** What the address of the retention page says. */
export const TABS = ["rules", "next", "runs", "deletions", "holds"] as const;
export type RetentionTab = (typeof TABS)[number];
export type RetentionSearch = { tab?: RetentionTab; session?: string; sha256?: string; all?: true };

export function parseRetentionSearch(raw: Record<string, unknown>): RetentionSearch {
  const tab = TABS.find((each) => each === raw.tab);
  return {
    ...(tab && tab !== "rules" ? { tab } : {}),
    ...(typeof raw.session === "string" && /^[0-9a-f-]{36}$/.test(raw.session) ? { session: raw.session } : {}),
    ...(typeof raw.sha256 === "string" && /^[0-9a-f]{64}$/.test(raw.sha256) ? { sha256: raw.sha256 } : {}),
    ...(raw.all === true ? { all: true } : {}),
  };
}
