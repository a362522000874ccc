/** The places there are: a rail at the left, a bar at the bottom on a phone. */

import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { meQuery } from "@/api/queries";
import { placesFor, under } from "@/shell/places";
import { t } from "@/text/text";
import { Mark } from "@/ui/Mark";

export function Rail() {
  const permissions = useQuery(meQuery).data?.permissions ?? [];
  const { pathname } = useLocation();
  return (
    <nav
      aria-label={t("nav.label")}
      className="print:hidden fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:inset-y-0 md:right-auto md:w-[72px] md:flex-col md:items-center md:gap-1 md:border-t-0 md:border-r md:py-3"
    >
      <span className="mb-3 hidden md:block">
        <Mark size={28} />
      </span>
      {placesFor(permissions).map(({ text, icon: Icon, tabs }) => {
        const here = tabs.some(({ to }) => under(pathname, to));
        return (
          <Link
            key={text}
            to={tabs[0].to}
            aria-current={here ? "page" : undefined}
            data-here={here}
            className="flex flex-1 flex-col items-center gap-1 rounded-lg py-2 text-2xs text-ink-3 outline-offset-[-2px] transition-colors hover:text-ink data-[here=true]:text-ink md:w-[60px] md:flex-none md:data-[here=true]:bg-hover"
          >
            <Icon size={19} strokeWidth={1.7} aria-hidden="true" />
            {text}
          </Link>
        );
      })}
    </nav>
  );
}
