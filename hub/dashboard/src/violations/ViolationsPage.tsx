/** Every violation, filtered by what the address says. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ViolationFilter } from "@/api/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Page } from "@/ui/Page";
import { Feed } from "@/violations/Feed";
import { type FilterSearch, Filters } from "@/violations/Filters";

export function ViolationsPage() {
  const { violation, ...filters } = useSearch({ from: "/shell/violations" });
  const navigate = useNavigate();
  const change = (next: FilterSearch) =>
    navigate({
      to: "/violations",
      search: { ...next, ...(violation === undefined ? {} : { violation }) },
      replace: true,
    });
  const { booth, ...same } = filters;
  const filter: ViolationFilter = { ...same, ...(booth === undefined ? {} : { booth_id: booth }) };
  const filtered = Object.keys(filters).length > 0;
  return (
    <Page title={t("nav.violations")} narrow>
      <Filters value={filters} onChange={change} />
      <div className="panel p-2">
        <Feed
          filter={filter}
          whenFiltered={filtered && <Button onClick={() => change({})}>{t("feed.filtered-action")}</Button>}
        />
      </div>
    </Page>
  );
}
