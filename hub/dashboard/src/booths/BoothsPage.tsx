/** Every booth and how it is doing, as a dense table. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { boothsQuery } from "@/api/queries";
import type { Booth } from "@/api/types";
import { AvailabilityChip } from "@/booths/Availability";
import { warnings } from "@/booths/warnings";
import { locale, named, t } from "@/text/text";
import { bytes, number } from "@/time/format";
import { When } from "@/time/When";
import { CopyCode } from "@/ui/CopyCode";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { CELL, HEAD } from "@/ui/Table";
import { SeverityMark } from "@/violations/Severity";

const names = new Intl.Collator(locale, { numeric: true });

function Trouble({ booth }: { booth: Booth }) {
  const troubles = warnings(booth);
  if (!booth.health || booth.availability !== "online") return <span className="text-ink-3">{t("booth.unknown")}</span>;
  if (troubles.length === 0) return <span className="text-ink-3">{t("booths.all-on")}</span>;
  return troubles.map((trouble) => (
    <span key={trouble.key} title={trouble.detail} className={`block ${trouble.grave ? "text-high" : "text-medium"}`}>
      {trouble.text}
    </span>
  ));
}

function Row({ booth }: { booth: Booth }) {
  // What a booth said before it went away is no news of today.
  const health = booth.availability === "online" ? booth.health : null;
  const unknown = t("booth.unknown");
  return (
    <tr className="group/row hover:bg-hover" data-booth-id={booth.booth_id}>
      <th scope="row" className={`${CELL} whitespace-nowrap text-left`}>
        <Link
          to="/booths/$boothId"
          params={{ boothId: booth.booth_id }}
          className="font-medium underline-offset-2 hover:underline"
        >
          {booth.name}
        </Link>
        <code className="block font-mono font-normal text-ink-3 text-xs">{booth.booth_id}</code>
      </th>
      <td className={CELL}>
        <AvailabilityChip booth={booth} />
      </td>
      <td className={CELL}>
        <span className="inline-flex items-center gap-1.5">
          {booth.worst_open && <SeverityMark severity={booth.worst_open} size={13} />}
          {number(booth.open_violations)}
        </span>
      </td>
      <td className={CELL}>{number(booth.violations_last_hour)}</td>
      <td className={CELL}>
        <Trouble booth={booth} />
      </td>
      <td className={CELL}>{health ? number(health.capture_fps, 1) : unknown}</td>
      <td className={CELL}>{health?.temperature_c != null ? `${number(health.temperature_c)} °C` : unknown}</td>
      <td className={CELL}>{health ? bytes(health.disk_free_bytes) : unknown}</td>
      <td className={CELL}>{booth.profile ? named("profile", booth.profile) : unknown}</td>
      <td className={`${CELL} text-ink-3`}>
        {booth.last_seen_at ? <When at={booth.last_seen_at} show="age" /> : unknown}
      </td>
    </tr>
  );
}

const COLUMNS = [
  t("booths.name"),
  t("booths.state"),
  t("booths.open"),
  t("booths.hour"),
  t("booths.monitoring"),
  t("booth.fps"),
  t("booth.temperature"),
  t("booth.disk"),
  t("booth.profile"),
  t("booth.last-seen"),
];

export function BoothsPage() {
  const booths = useQuery(boothsQuery);
  const items = booths.data?.items.toSorted((a, b) => names.compare(a.name, b.name));
  return (
    <Page title={t("booths.title")}>
      {items?.length === 0 && (
        <div className="panel">
          <Notice title={t("wall.empty")} detail={t("wall.empty-detail")}>
            <CopyCode text={t("wall.empty-command")} />
          </Notice>
        </div>
      )}
      {items && items.length > 0 && (
        <div className="panel overflow-x-auto lg:overflow-visible">
          <table className="tabular w-full border-separate border-spacing-0">
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" className={HEAD}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((booth) => (
                <Row key={booth.booth_id} booth={booth} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {booths.isPending && (
        <>
          <Loading />
          <Skeleton className="h-48 w-full rounded-lg" />
        </>
      )}
      {booths.isError && !items && <Failure error={booths.error} onRetry={() => booths.refetch()} />}
    </Page>
  );
}
