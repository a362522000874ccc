/** The pages of one place, as links above each of them; nothing where there is only one to see. */
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { meQuery } from "@/api/queries";
import { placesFor, tabOf, under } from "@/shell/places";

export function Tabs() {
  const permissions = useQuery(meQuery).data?.permissions ?? [];
  const { pathname } = useLocation();
  const place = placesFor(permissions).find(({ tabs }) => tabs.some(({ to }) => under(pathname, to)));
  if (!place || place.tabs.length < 2) return null;
  const open = tabOf(pathname, place.tabs);
  return (
    <nav
      aria-label={place.text}
      className="print:hidden -mb-px flex gap-5 overflow-x-auto border-line border-b px-4 md:px-6"
    >
      {place.tabs.map(({ to, text }) => {
        const here = to === open?.to;
        return (
          <Link
            key={to}
            to={to}
            aria-current={here ? "page" : undefined}
            data-here={here}
            className="-mb-px whitespace-nowrap border-transparent border-b-2 py-2.5 text-ink-2 outline-offset-[-2px] hover:text-ink data-[here=true]:border-accent data-[here=true]:font-medium data-[here=true]:text-ink"
          >
            {text}
          </Link>
        );
      })}
    </nav>
  );
}
