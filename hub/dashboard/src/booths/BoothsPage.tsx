/** Every booth of one's scope: whether it is there, who sits in it, and whether it watches as it should. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { boothsQuery, meQuery } from "@/api/queries";
import { BoothTable } from "@/booths/BoothTable";
import {
  AVAILABILITIES,
  type BoothSearch,
  blind,
  drifts,
  matching,
  NO_ROOM,
  sorted,
  sortOf,
  TROUBLES,
} from "@/booths/search";
import { EnrolDialog } from "@/devices/EnrolDialog";
import { roomsQuery } from "@/places/queries";
import { count, named, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { CopyCode } from "@/ui/CopyCode";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { sortText } from "@/ui/SortHead";
import { changed } from "@/ui/search";
import { shows, sitesOf } from "@/wall/filter";

export function BoothsPage() {
  const search = useSearch({ from: "/shell/booths" });
  const navigate = useNavigate();
  const me = useQuery(meQuery).data;
  const booths = useQuery(boothsQuery);
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  const [adding, setAdding] = useState(false);
  const go = (next: BoothSearch) => navigate({ to: "/booths", search: { ...next, room: next.room }, replace: true });
  const set = (name: keyof BoothSearch, value: string | undefined) => go(changed(search, name, value));
  const roomName = (id: string | null) => rooms.find((room) => room.room_id === id)?.name ?? t("places.no-room");

  const sites = sitesOf(rooms);
  const all = booths.data?.items ?? [];
  const here = matching(all, search).filter((booth) => shows({ site: search.site }, booth, sites));
  const shown = sorted(here, sortOf(search), roomName);
  const adrift = all.filter(drifts).length;
  const unseeing = all.filter(blind).length;
  const may = me?.permissions.includes("devices.manage") ?? false;
  return (
    <Page
      title={t("booths.title")}
      aside={
        <>
          {adrift > 0 && <span className="text-medium text-xs">{count("booths.adrift", adrift)}</span>}
          {unseeing > 0 && <span className="text-medium text-xs">{count("booths.blind", unseeing)}</span>}
          {may && all.length > 0 && (
            <Button look="ink" className="ml-auto" onClick={() => setAdding(true)}>
              {t("places.add-booth")}
            </Button>
          )}
        </>
      }
    >
      {all.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <SearchField
            key={search.q === undefined ? "none" : "some"}
            label={t("booths.search")}
            hint={t("booths.search")}
            value={search.q ?? ""}
            onChange={(q) => set("q", q)}
          />
          <Choose
            label={t("booths.state")}
            any={t("booths.any-state")}
            value={search.state}
            choices={AVAILABILITIES.map((state) => ({ value: state, label: named("booth.availability", state) }))}
            onChange={(state) => set("state", state)}
          />
          <Choose
            label={t("places.room")}
            any={t("places.any-room")}
            value={search.room}
            choices={[
              ...rooms
                .filter((room) => !room.archived_at)
                .map(({ room_id, name }) => ({ value: room_id, label: name })),
              { value: NO_ROOM, label: t("places.no-room") },
            ]}
            onChange={(room) => set("room", room)}
          />
          <Choose
            label={t("booths.trouble")}
            any={t("booths.trouble-none")}
            value={search.trouble}
            choices={TROUBLES.map((trouble) => ({ value: trouble, label: t(`booths.trouble.${trouble}`) }))}
            onChange={(trouble) => set("trouble", trouble)}
          />
          <span className="tabular text-ink-3 text-xs">
            {shown.length < all.length && t("booths.of", { shown: shown.length, all: all.length })}
          </span>
        </div>
      )}
      {booths.data && all.length === 0 && (
        <div className="panel">
          <Notice title={t("wall.empty")} detail={t("wall.empty-detail")}>
            {may ? (
              <Button look="ink" onClick={() => setAdding(true)}>
                {t("places.add-booth")}
              </Button>
            ) : (
              <CopyCode text={t("wall.empty-command")} />
            )}
          </Notice>
        </div>
      )}
      {all.length > 0 && shown.length === 0 && (
        <div className="panel">
          <Notice title={t("booths.filtered")}>
            <Button onClick={() => go({})}>{t("feed.filtered-action")}</Button>
          </Notice>
        </div>
      )}
      {shown.length > 0 && (
        <BoothTable
          booths={shown}
          roomName={roomName}
          sort={sortOf(search)}
          onSort={(sort) => set("sort", sortText(sort))}
        />
      )}
      {booths.isPending && (
        <>
          <Loading />
          <Skeleton className="h-48 w-full rounded-lg" />
        </>
      )}
      {booths.isError && !booths.data && <Failure error={booths.error} onRetry={() => booths.refetch()} />}
      {adding && <EnrolDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}
