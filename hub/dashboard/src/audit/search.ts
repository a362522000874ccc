/** What the address of the audit log says. Days are those of the viewer's zone. */
import { words } from "@/people/search";

export type AuditSearch = {
  q?: string;
  user?: string;
  action?: string;
  kind?: string;
  id?: string;
  from?: string;
  to?: string;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const NAMES = ["q", "user", "action", "kind", "id"] as const;

export function parseAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const said: AuditSearch = {};
  for (const name of NAMES) {
    const value = words(raw[name]);
    if (value !== undefined) said[name] = value;
  }
  for (const name of ["from", "to"] as const) {
    const value = raw[name];
    if (typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value))) said[name] = value;
  }
  return said;
}

export type AuditFilter = {
  q?: string;
  user?: string;
  action?: string;
  object_kind?: string;
  object_id?: string;
  from?: string;
  to?: string;
};

/** Midnight at the viewer's, `later` days after it. */
function midnight(day: string, later = 0): string {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

/** As the hub is asked; both days count whole. */
export function asked({ kind, id, from, to, ...rest }: AuditSearch): AuditFilter {
  return {
    ...rest,
    ...(kind === undefined ? {} : { object_kind: kind }),
    ...(id === undefined ? {} : { object_id: id }),
    ...(from === undefined ? {} : { from: midnight(from) }),
    ...(to === undefined ? {} : { to: midnight(to, 1) }),
  };
}
