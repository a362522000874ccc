/** What the addresses of the list and of a profile say. */
import { RULE_NAMES, type RuleName } from "@/profiles/rules";

export const ORDERS = ["name", "base", "version", "used"] as const;
export type ProfilesSearch = { archived?: true; q?: string; by?: string };
export type ProfileSearch = { rule?: RuleName };

export function parseProfilesSearch(raw: Record<string, unknown>): ProfilesSearch {
  const by = String(raw.by ?? "");
  return {
    ...(raw.archived === true ? { archived: true } : {}),
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
    ...(ORDERS.some((order) => order === by.replace(/^-/, "")) ? { by } : {}),
  };
}

export function parseProfileSearch(raw: Record<string, unknown>): ProfileSearch {
  const rule = RULE_NAMES.find((name) => name === raw.rule);
  return rule ? { rule } : {};
}
