/** What the addresses of the lists of people, invitations and tokens say. */
import type { Me } from "@/api/types";

export type Role = Me["role"];
export const ROLES = ["admin", "proctor", "reviewer", "technician", "auditor"] as const satisfies readonly Role[];

export const PERSON_STATES = ["active", "signed-in", "locked", "disabled", "no-second-factor"] as const;
export type PersonState = (typeof PERSON_STATES)[number];
export const INVITATION_STATES = ["open", "accepted", "expired"] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

export type PeopleSearch = { q?: string; role?: Role; state?: PersonState; sort?: string };
export type InvitationSearch = { q?: string; state?: InvitationState; sort?: string };
export type TokenSearch = { q?: string; sort?: string };

/** What is asked of a search; `undefined` and nothing at all take a part of it away. */
export type Changes<T> = { [Key in keyof T]?: T[Key] | undefined };

export function changed<T extends object>(search: T, next: Changes<T>): T {
  return Object.fromEntries(Object.entries({ ...search, ...next }).filter(([, value]) => value)) as T;
}

type Raw = Record<string, unknown>;

/** A name of digits alone comes out of an address as a number. */
export function words(raw: unknown): string | undefined {
  const said = typeof raw === "number" ? String(raw) : raw;
  return typeof said === "string" && said.trim() ? said.slice(0, 100) : undefined;
}

const one = <T extends string>(known: readonly T[], raw: unknown) => known.find((each) => each === raw);

/** Without what is undefined, as an address wants it. */
function said<T extends object>(search: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as never;
}

export const parsePeopleSearch = (raw: Raw): PeopleSearch =>
  said({
    q: words(raw.q),
    role: one(ROLES, raw.role),
    state: one(PERSON_STATES, raw.state),
    sort: one(["name", "-name", "role", "-role", "last", "-last", "since", "-since"], raw.sort),
  });

export const parseInvitationSearch = (raw: Raw): InvitationSearch =>
  said({
    q: words(raw.q),
    state: one(INVITATION_STATES, raw.state),
    sort: one(["name", "-name", "role", "-role", "made", "-made", "until", "-until"], raw.sort),
  });

export const parseTokenSearch = (raw: Raw): TokenSearch =>
  said({
    q: words(raw.q),
    sort: one(["name", "-name", "owner", "-owner", "until", "-until", "used", "-used"], raw.sort),
  });
