/** The wall: every booth at a glance, those that need a person first, and what happens at the right of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { boothsQuery } from "@/api/queries";
import { count, t } from "@/text/text";
import { CopyCode } from "@/ui/CopyCode";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { Feed } from "@/violations/Feed";
import { BoothGrid } from "@/wall/BoothGrid";

const ALL = {};

function Booths() {
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
  return <BoothGrid booths={booths.data.items} />;
}

function Tally() {
  const { data } = useQuery(boothsQuery);
  if (!data || data.items.length === 0) return null;
  const online = data.items.filter((booth) => booth.availability === "online").length;
  return (
    <span className="tabular text-ink-3">
      {count("wall.booths", data.items.length)} · {t("wall.online", { count: online })}
    </span>
  );
}

export function WallPage() {
  return (
    <div className="lg:grid lg:grid-cols-[minmax(0,1fr)_368px]">
      <Page title={t("wall.title")} aside={<Tally />}>
        <Booths />
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

const PLACEHOLDERS = ["a", "b", "c"];

function WallSkeleton() {
  return (
    <div className="tiles">
      <Loading />
      {PLACEHOLDERS.map((key) => (
        <div key={key} className="panel overflow-hidden">
          <Skeleton className="aspect-[4/3] w-full rounded-none" />
          <div className="flex flex-col gap-3 p-3">
            <Skeleton className="h-4 w-2/5" />
            <Skeleton className="h-5 w-full" />
            <Skeleton className="h-3 w-3/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
