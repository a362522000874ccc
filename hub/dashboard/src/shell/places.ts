/** The places of the dashboard and the pages at each: what the rail, the tabs above a page and the keys 1 to 9 know. */
import type { LinkProps } from "@tanstack/react-router";
import {
  FileText,
  GraduationCap,
  LayoutGrid,
  ListChecks,
  type LucideIcon,
  RectangleVertical,
  ScrollText,
  Settings,
  Users,
} from "lucide-react";
import type { Me } from "@/api/types";
import { t } from "@/text/text";

export type Permission = Me["permissions"][number];
type Address = NonNullable<LinkProps["to"]>;

export type Tab = {
  to: Address;
  text: string;
  /** Who may not, does not see it. */
  needs: Permission;
};
/** Opened at the first of its pages that one may see; the others stand as tabs above each page. */
export type Place = { text: string; icon: LucideIcon; tabs: [Tab, ...Tab[]] };

const PLACES: Place[] = [
  {
    text: t("nav.wall"),
    icon: LayoutGrid,
    tabs: [{ to: "/", text: t("nav.wall"), needs: "booths.read" }],
  },
  {
    text: t("nav.exam-sessions"),
    icon: GraduationCap,
    tabs: [
      { to: "/exam-sessions", text: t("nav.exam-sessions-all"), needs: "exam_sessions.read" },
      { to: "/schedule", text: t("nav.schedule"), needs: "exam_sessions.read" },
      { to: "/exams", text: t("nav.exams"), needs: "exam_sessions.read" },
      { to: "/profiles", text: t("nav.profiles"), needs: "exam_sessions.read" },
      { to: "/candidates", text: t("nav.candidates"), needs: "candidates.read" },
    ],
  },
  {
    text: t("nav.review"),
    icon: ListChecks,
    tabs: [
      { to: "/review", text: t("nav.queue"), needs: "violations.review" },
      { to: "/violations", text: t("nav.violations"), needs: "violations.read" },
      { to: "/review/rates", text: t("nav.rates"), needs: "violations.read" },
    ],
  },
  {
    text: t("nav.reports"),
    icon: FileText,
    tabs: [
      { to: "/reports", text: t("nav.reports"), needs: "reports.read" },
      { to: "/summaries", text: t("nav.summaries"), needs: "reports.read" },
    ],
  },
  {
    text: t("nav.booths"),
    icon: RectangleVertical,
    tabs: [
      { to: "/booths", text: t("nav.booths"), needs: "booths.read" },
      { to: "/rooms", text: t("nav.rooms"), needs: "booths.read" },
      { to: "/devices", text: t("nav.devices"), needs: "devices.manage" },
      { to: "/updates", text: t("nav.updates"), needs: "devices.manage" },
    ],
  },
  {
    text: t("nav.people"),
    icon: Users,
    tabs: [
      { to: "/people", text: t("nav.people"), needs: "people.manage" },
      { to: "/invitations", text: t("nav.invitations"), needs: "people.manage" },
      { to: "/tokens", text: t("nav.tokens"), needs: "people.manage" },
    ],
  },
  {
    text: t("nav.settings"),
    icon: Settings,
    tabs: [
      { to: "/settings/messages", text: t("nav.messages"), needs: "exams.manage" },
      { to: "/settings/retention", text: t("nav.retention"), needs: "audit.read" },
      { to: "/settings/webhooks", text: t("nav.webhooks"), needs: "webhooks.manage" },
      { to: "/system", text: t("nav.system"), needs: "system.read" },
    ],
  },
  {
    text: t("nav.audit"),
    icon: ScrollText,
    tabs: [{ to: "/audit", text: t("nav.audit"), needs: "audit.read" }],
  },
];

/** What this person may see, in order; a place of which they may see nothing is left out. */
export function placesFor(permissions: readonly Permission[]): Place[] {
  return PLACES.flatMap((place) => {
    const [first, ...others] = place.tabs.filter(({ needs }) => permissions.includes(needs));
    return first ? [{ ...place, tabs: [first, ...others] as [Tab, ...Tab[]] }] : [];
  });
}

/** The tab under which a page lies: of several the one with the longest address. */
export function tabOf(pathname: string, tabs: readonly Tab[]): Tab | undefined {
  return tabs.filter(({ to }) => under(pathname, to)).toSorted((a, b) => b.to.length - a.to.length)[0];
}

/** Whether a page lies at or below a tab's address. */
export function under(pathname: string, to: Address): boolean {
  return to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);
}
