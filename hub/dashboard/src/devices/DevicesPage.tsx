/** The hardware in all booths of one's scope: how each is doing, and what wants looking after. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Device } from "@/api/types";
import { BulkBar } from "@/devices/BulkBar";
import { DeviceTable } from "@/devices/DeviceTable";
import { EnrolDialog } from "@/devices/EnrolDialog";
import { ExpectDialog } from "@/devices/ExpectDialog";
import { Expected } from "@/devices/Expected";
import { OpenCodes } from "@/devices/OpenCodes";
import { devicesQuery } from "@/devices/queries";
import { Requests } from "@/devices/Requests";
import { type DeviceSearch, matching, NO_ROOM, STATUSES, sorted, sortOf } from "@/devices/search";
import { roomsQuery } from "@/places/queries";
import { named, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { sortText } from "@/ui/SortHead";
import { changed } from "@/ui/search";

function versions(devices: Device[]): string[] {
  return [...new Set(devices.flatMap(({ version }) => (version ? [version] : [])))].sort();
}

export function DevicesPage() {
  const search = useSearch({ from: "/shell/devices" });
  const navigate = useNavigate();
  const devices = useQuery(devicesQuery);
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<"enrol" | "expect" | null>(null);
  const go = (next: DeviceSearch) => navigate({ to: "/devices", search: next, replace: true });
  const set = (name: keyof DeviceSearch, value: string | undefined) => go(changed(search, name, value));

  const all = devices.data?.items ?? [];
  const found = matching(all, search);
  const shown = sorted(search.status ? found.filter(({ status }) => status === search.status) : found, sortOf(search));
  const roomName = (id: string | null) => rooms.find((room) => room.room_id === id)?.name ?? t("places.no-room");
  const enrol = (
    <span className="flex flex-wrap gap-2">
      <Button onClick={() => setOpen("expect")}>{t("enrolment.expect")}</Button>
      <Button look="ink" onClick={() => setOpen("enrol")}>
        {t("devices.enrol")}
      </Button>
    </span>
  );
  return (
    <Page title={t("devices.title")} aside={<span className="ml-auto">{all.length > 0 && enrol}</span>}>
      {all.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <Segments
            label={t("devices.status")}
            value={search.status ?? ""}
            choices={STATUSES.map((status) => ({
              value: status,
              label: `${named("device.status", status)} ${found.filter((device) => device.status === status).length}`,
            }))}
            onChange={(status) => set("status", status)}
          />
          <SearchField
            key={search.q === undefined ? "none" : "some"}
            label={t("devices.search")}
            hint={t("devices.search")}
            value={search.q ?? ""}
            onChange={(q) => set("q", q)}
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
          {versions(all).length > 1 && (
            <Choose
              label={t("devices.agent")}
              any={t("devices.any-version")}
              value={search.version}
              choices={versions(all).map((version) => ({ value: version, label: version }))}
              onChange={(version) => set("version", version)}
            />
          )}
        </div>
      )}
      <Requests />
      <OpenCodes />
      <Expected />
      {devices.isPending && (
        <>
          <Loading />
          <Skeleton className="h-64 w-full rounded-lg" />
        </>
      )}
      {devices.isError && !devices.data && <Failure error={devices.error} onRetry={() => devices.refetch()} />}
      {devices.data && all.length === 0 && (
        <div className="panel">
          <Notice title={t("devices.empty")} detail={t("devices.empty-detail")}>
            {enrol}
          </Notice>
        </div>
      )}
      {all.length > 0 && shown.length === 0 && (
        <div className="panel">
          <Notice title={t("devices.filtered")}>
            <Button onClick={() => go({})}>{t("feed.filtered-action")}</Button>
          </Notice>
        </div>
      )}
      {shown.length > 0 && (
        <DeviceTable
          devices={shown}
          roomName={roomName}
          sort={sortOf(search)}
          onSort={(sort) => set("sort", sortText(sort))}
          chosen={chosen}
          onChoose={setChosen}
        />
      )}
      <BulkBar devices={shown.filter((device) => chosen.has(device.device_id))} onClear={() => setChosen(new Set())} />
      {open === "enrol" && <EnrolDialog onClose={() => setOpen(null)} />}
      {open === "expect" && <ExpectDialog onClose={() => setOpen(null)} />}
    </Page>
  );
}
