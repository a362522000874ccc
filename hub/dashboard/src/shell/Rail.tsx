/** The places there are: a rail at the left, a bar at the bottom on a phone. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Gauge, GraduationCap, LayoutGrid, List, type LucideIcon, RectangleVertical } from "lucide-react";
import { meQuery } from "@/api/queries";
import type { Me } from "@/api/types";
import { t } from "@/text/text";
import { Mark } from "@/ui/Mark";

type Place = {
  to: "/" | "/exam-sessions" | "/violations" | "/booths" | "/system";
  text: string;
  icon: LucideIcon;
  /** Who may not, does not see it. */
  needs: Me["permissions"][number];
};

const PLACES: Place[] = [
  { to: "/", text: t("nav.wall"), icon: LayoutGrid, needs: "booths.read" },
  { to: "/exam-sessions", text: t("nav.exam-sessions"), icon: GraduationCap, needs: "exam_sessions.read" },
  { to: "/violations", text: t("nav.violations"), icon: List, needs: "violations.read" },
  { to: "/booths", text: t("nav.booths"), icon: RectangleVertical, needs: "booths.read" },
  { to: "/system", text: t("nav.system"), icon: Gauge, needs: "system.read" },
];

export function Rail() {
  const permissions = useQuery(meQuery).data?.permissions ?? [];
  return (
    <nav
      aria-label={t("nav.label")}
      className="fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:inset-y-0 md:right-auto md:w-[72px] md:flex-col md:items-center md:gap-1 md:border-t-0 md:border-r md:py-3"
    >
      <span className="mb-3 hidden md:block">
        <Mark size={28} />
      </span>
      {PLACES.filter(({ needs }) => permissions.includes(needs)).map(({ to, text, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/", includeSearch: false }}
          className="flex flex-1 flex-col items-center gap-1 rounded-lg py-2 text-2xs text-ink-3 outline-offset-[-2px] transition-colors hover:text-ink data-[status=active]:text-ink md:w-[60px] md:flex-none md:data-[status=active]:bg-hover"
        >
          <Icon size={19} strokeWidth={1.7} aria-hidden="true" />
          {text}
        </Link>
      ))}
    </nav>
  );
}
