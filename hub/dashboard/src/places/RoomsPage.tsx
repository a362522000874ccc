/** Sites, their rooms, and the booths in them: moved by dragging or from a menu. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { boothsQuery, meQuery } from "@/api/queries";
import { PlaceDialog, type Wish } from "@/places/PlaceDialog";
import { PlaceMenu } from "@/places/PlaceMenu";
import { roomsQuery, sitesQuery } from "@/places/queries";
import { RoomCard } from "@/places/RoomCard";
import type { PlaceSearch } from "@/places/search";
import { treeOf } from "@/places/tree";
import { useMove } from "@/places/useMove";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { changed } from "@/ui/search";

const GRID = "grid gap-3 sm:grid-cols-2 xl:grid-cols-3";

export function RoomsPage() {
  const search = useSearch({ from: "/shell/rooms" });
  const navigate = useNavigate();
  const go = (next: PlaceSearch) => navigate({ to: "/rooms", search: next, replace: true });
  const me = useQuery(meQuery).data;
  const queries = { sites: useQuery(sitesQuery), rooms: useQuery(roomsQuery), booths: useQuery(boothsQuery) };
  const [wish, setWish] = useState<Wish | null>(null);
  const sites = queries.sites.data?.items ?? [];
  const rooms = queries.rooms.data?.items ?? [];
  const booths = queries.booths.data?.items ?? [];
  const roomName = (id: string | null) => rooms.find((room) => room.room_id === id)?.name ?? t("places.no-room");
  const move = useMove(roomName);

  const may = me?.permissions.includes("places.manage") ?? false;
  const targets = may ? rooms.filter((room) => !room.archived_at) : null;
  const tree = treeOf(sites, rooms, booths, search.q, search.archived);
  const hidden = [...sites, ...rooms].filter((place) => place.archived_at).length;
  const handed = {
    rooms: targets,
    onMove: move,
    onDrop: (boothId: string, roomId: string | null) => {
      const booth = booths.find((each) => each.booth_id === boothId);
      if (booth) move(booth, roomId);
    },
  };
  const newSite = may && (
    <Button look="ink" onClick={() => setWish({ what: "new-site" })}>
      {t("places.new-site")}
    </Button>
  );
  const failed = Object.values(queries).find((query) => query.isError && !query.data);
  const ready = Object.values(queries).every((query) => query.data);
  return (
    <Page title={t("places.title")} aside={<span className="ml-auto">{sites.length > 0 && newSite}</span>}>
      {sites.length > 0 && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <SearchField
            key={search.q === undefined ? "none" : "some"}
            label={t("places.search")}
            hint={t("places.search")}
            value={search.q ?? ""}
            onChange={(q) => go(changed(search, "q", q))}
          />
          {hidden > 0 && (
            <label className="inline-flex min-h-6 items-center gap-2">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={search.archived ?? false}
                onChange={(event) => {
                  const { archived: _, ...rest } = search;
                  go(event.target.checked ? { ...rest, archived: true } : rest);
                }}
              />
              {count("places.show-archived", hidden)}
            </label>
          )}
          {may && <span className="text-ink-3 text-xs">{t("places.how")}</span>}
        </div>
      )}
      {failed && <Failure error={failed.error} onRetry={() => failed.refetch()} />}
      {!ready && !failed && (
        <>
          <Loading />
          <div className={GRID}>
            <Skeleton className="h-40 rounded-lg" />
            <Skeleton className="h-40 rounded-lg" />
            <Skeleton className="h-40 rounded-lg" />
          </div>
        </>
      )}
      {ready && sites.length === 0 && (
        <div className="panel">
          <Notice title={t("places.empty")} detail={t("places.empty-detail")}>
            {newSite}
          </Notice>
        </div>
      )}
      {ready && sites.length > 0 && tree.sites.length === 0 && tree.homeless.length === 0 && (
        <div className="panel">
          <Notice title={t("places.filtered")}>
            <Button onClick={() => go({})}>{t("feed.filtered-action")}</Button>
          </Notice>
        </div>
      )}
      {ready &&
        tree.sites.map(({ site, rooms: inside }) => (
          <section key={site.site_id} aria-label={site.name} className="flex flex-col gap-2">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-2">
              <h2 className="font-semibold text-base">{site.name}</h2>
              <span className="tabular text-ink-3 text-xs">
                {site.archived_at ? t("places.archived") : count("places.rooms", inside.length)}
              </span>
              {may && (
                <>
                  <PlaceMenu
                    kind="site"
                    id={site.site_id}
                    name={site.name}
                    archived={Boolean(site.archived_at)}
                    onRename={() => setWish({ what: "rename-site", id: site.site_id, name: site.name })}
                  />
                  {!site.archived_at && (
                    <Button
                      size="sm"
                      onClick={() => setWish({ what: "new-room", siteId: site.site_id, siteName: site.name })}
                    >
                      {t("places.new-room")}
                    </Button>
                  )}
                </>
              )}
            </div>
            {inside.length === 0 ? (
              <p className="panel px-4 py-6 text-center text-ink-3">{t("places.site-empty")}</p>
            ) : (
              <div className={GRID}>
                {inside.map(({ room, booths: there }) => (
                  <RoomCard
                    key={room.room_id}
                    title={room.name}
                    roomId={room.room_id}
                    booths={there}
                    archived={Boolean(room.archived_at)}
                    {...handed}
                    menu={
                      may && (
                        <PlaceMenu
                          kind="room"
                          id={room.room_id}
                          name={room.name}
                          archived={Boolean(room.archived_at)}
                          onRename={() => setWish({ what: "rename-room", id: room.room_id, name: room.name })}
                        />
                      )
                    }
                  />
                ))}
              </div>
            )}
          </section>
        ))}
      {ready && tree.homeless.length > 0 && (
        <section className="flex flex-col gap-2">
          <h2 className="pt-2 font-semibold text-base">{t("places.nowhere")}</h2>
          <div className={GRID}>
            <RoomCard title={t("places.no-room")} roomId={null} booths={tree.homeless} {...handed} />
          </div>
        </section>
      )}
      {wish && (
        <PlaceDialog
          wish={wish}
          taken={
            new Set(wish.what === "new-site" ? sites.map((site) => site.site_id) : rooms.map((room) => room.room_id))
          }
          onClose={() => setWish(null)}
        />
      )}
    </Page>
  );
}
