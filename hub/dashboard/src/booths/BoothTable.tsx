/** Booths as a dense table that is sorted by its heads. */
import { Link } from "@tanstack/react-router";
import type { Booth } from "@/api/types";
import { AvailabilityChip } from "@/booths/Availability";
import { type BoothSort, drifts } from "@/booths/search";
import { warnings } from "@/booths/warnings";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { named, t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { type Sort, SortHead } from "@/ui/SortHead";
import { CELL, HEAD } from "@/ui/Table";
import { SeverityMark } from "@/violations/Severity";

type RoomName = (roomId: string | null) => string;

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

function Profile({ booth }: { booth: Booth }) {
  const { profile, desired_profile: wanted } = booth;
  return (
    <>
      {profile ? named("profile", profile) : <span className="text-ink-3">{t("booth.unknown")}</span>}
      {drifts(booth) && (
        <span data-drift className="block text-medium text-xs" title={t("booths.drift-title")}>
          {t("booths.drift", { wanted: named("profile", wanted) })}
        </span>
      )}
    </>
  );
}

function Row({ booth, roomName }: { booth: Booth; roomName: RoomName }) {
  // What a booth said before it went away is no news of today.
  const health = booth.availability === "online" ? booth.health : null;
  const unknown = <span className="text-ink-3">{t("booth.unknown")}</span>;
  return (
    <tr className="group/row hover:bg-hover" data-booth-id={booth.booth_id}>
      <th scope="row" className={`${CELL} whitespace-nowrap text-left font-normal`}>
        <Link
          to="/booths/$boothId"
          params={{ boothId: booth.booth_id }}
          className="font-medium underline-offset-2 hover:underline"
        >
          {booth.name}
        </Link>
        <code className="block font-mono text-ink-3 text-xs">{booth.booth_id}</code>
      </th>
      <td className={CELL}>
        <AvailabilityChip booth={booth} />
      </td>
      <td className={`${CELL} ${booth.room_id ? "" : "text-ink-3"}`}>{roomName(booth.room_id)}</td>
      <td className={CELL}>
        {booth.exam_session ? <SittingChip session={booth.exam_session} /> : <span className="text-ink-3">–</span>}
      </td>
      <td className={CELL}>
        <span className="inline-flex items-center gap-1.5">
          {booth.worst_open && <SeverityMark severity={booth.worst_open} size={13} />}
          {number(booth.open_violations)}
        </span>
      </td>
      <td className={`${CELL} hidden xl:table-cell`}>{number(booth.violations_last_hour)}</td>
      <td className={CELL}>
        <Trouble booth={booth} />
      </td>
      <td className={CELL}>
        <Profile booth={booth} />
      </td>
      <td className={`${CELL} hidden xl:table-cell`}>
        {health?.temperature_c != null ? `${number(health.temperature_c)} °C` : unknown}
      </td>
      <td className={`${CELL} text-ink-2`}>
        {booth.last_seen_at ? <When at={booth.last_seen_at} show="age" /> : unknown}
      </td>
    </tr>
  );
}

type Props = { booths: Booth[]; roomName: RoomName; sort: Sort<BoothSort>; onSort: (sort: Sort<BoothSort>) => void };

export function BoothTable({ booths, roomName, sort, onSort }: Props) {
  const head = { sort, onSort };
  return (
    <div className="panel overflow-x-auto lg:overflow-visible">
      <table aria-label={t("booths.title")} className="tabular w-full border-separate border-spacing-0">
        <thead>
          <tr>
            <SortHead name={t("booths.name")} by="name" {...head} />
            <SortHead name={t("booths.state")} by="state" {...head} />
            <SortHead name={t("places.room")} by="room" {...head} />
            <th scope="col" className={HEAD}>
              {t("booths.sitting")}
            </th>
            <SortHead name={t("booths.open")} by="open" {...head} />
            <SortHead name={t("booths.hour")} by="hour" {...head} className="hidden xl:table-cell" />
            <th scope="col" className={HEAD}>
              {t("booths.monitoring")}
            </th>
            <th scope="col" className={HEAD}>
              {t("booth.profile")}
            </th>
            <SortHead name={t("booth.temperature")} by="heat" {...head} className="hidden xl:table-cell" />
            <SortHead name={t("booth.last-seen")} by="seen" {...head} />
          </tr>
        </thead>
        <tbody>
          {booths.map((booth) => (
            <Row key={booth.booth_id} booth={booth} roomName={roomName} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
