/** The wall: every booth at a glance, those that need a person first, and what happens at the right of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo } from "react";
import { boothsQuery } from "@/api/queries";
import type { Booth } from "@/api/types";
import { roomsQuery } from "@/places/queries";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { Feed } from "@/violations/Feed";
import { BoothGrid } from "@/wall/BoothGrid";
import { shows, sitesOf } from "@/wall/filter";
import { isFiltered, type WallSearch } from "@/wall/search";
import { WallFilters } from "@/wall/WallFilters";

const ALL = {};

function Booths({ booths, search }: { booths: readonly Booth[]; search: WallSearch }) {
  const navigate = useNavigate();
  const rooms = useQuery(roomsQuery).data?.items;
  const sites = useMemo(() => sitesOf(rooms ?? []), [rooms]);
  const change = (next: WallSearch) =>
    // An opened violation stays open.
    navigate({
      to: "/",
      search: ({ violation }) => ({ ...(violation === undefined ? {} : { violation }), ...next }),
      replace: true,
    });
  const clear = () => navigate({ to: "/", search: { site: undefined, room: undefined }, replace: true });
  const shown = isFiltered(search) ? booths.filter((booth) => shows(search, booth, sites)) : booths;
  return (
    <>
      <WallFilters value={search} onChange={change} />
      {shown.length > 0 ? (
        <BoothGrid booths={shown} sort={search.sort} size={search.size} />
      ) : (
        <div className="panel">
          <Notice title={t("wall.filtered")} detail={count("wall.filtered-detail", booths.length)}>
            <Button onClick={() => clear()}>{t("feed.filtered-action")}</Button>
          </Notice>
        </div>
      )}
    </>
  );
}

function Content({ search }: { search: WallSearch }) {
  const booths = useQuery(boothsQuery);
  if (booths.isPending) return <WallSkeleton />;
  if (!booths.data) return <Failure error={booths.error} onRetry={() => booths.refetch()} />;
  if (booths.data.items.length === 0) {
    return (
      <div className="panel">
        <Notice title={t("wall.empty")} detail={t("wall.empty-detail")}>
          <CopyCode text={t("wall.empty-command")} />
        </Notice>
      </div>
    );
  }
  return <Booths booths={booths.data.items} search={search} />;
}

function Tally() {
  // With the tiles, not before them: one frame instead of two.
  const data = useDeferredValue(useQuery(boothsQuery).data);
  if (!data || data.items.length === 0) return null;
  const online = data.items.filter((booth) => booth.availability === "online").length;
  return (
    <span className="tabular text-ink-3">
      {count("wall.booths", data.items.length)} · {t("wall.online", { count: online })}
    </span>
  );
}

export function WallPage() {
  const search = useSearch({ from: "/shell/" });
  return (
    <div className="lg:grid lg:grid-cols-[minmax(0,1fr)_368px]">
      <Page title={t("wall.title")} aside={<Tally />}>
        <Content search={search} />
      </Page>
      <aside
        aria-label={t("feed.title")}
        className="border-line border-t px-2 py-4 lg:sticky lg:top-12 lg:h-[calc(100dvh-48px)] lg:overflow-y-auto lg:border-t-0 lg:border-l lg:py-6"
      >
        <div className="mb-2 flex items-baseline justify-between px-2">
          <h2 className="font-semibold text-lg tracking-tight">{t("feed.title")}</h2>
          <Link to="/violations" className="text-ink-2 text-xs hover:text-ink hover:underline">
            {t("feed.all")}
          </Link>
        </div>
        <Feed filter={ALL} />
      </aside>
    </div>
  );
}

const PLACEHOLDERS = ["a", "b", "c", "d", "e", "f", "g", "h"];

function WallSkeleton() {
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,224px),1fr))] gap-3">
      <Loading />
      {PLACEHOLDERS.map((key) => (
        <div key={key} className="panel overflow-hidden">
          <Skeleton className="aspect-[4/3] w-full rounded-none" />
          <div className="flex flex-col gap-2.5 p-3">
            <Skeleton className="h-4 w-2/5" />
            <Skeleton className="h-5 w-full" />
            <Skeleton className="h-3 w-3/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
