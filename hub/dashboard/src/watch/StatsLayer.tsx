/** How the live picture arrives, over it: for who wants to know whether it is the booth, the way or this computer. */
import { t } from "@/text/text";
import { number } from "@/time/format";
import type { ViewStats } from "@/watch/useStats";

const PLATE =
  "pointer-events-none absolute top-2 right-2 rounded-md bg-[rgb(8_10_12/78%)] px-2.5 py-1.5 text-2xs text-white";

export function StatsLayer({ stats, wish }: { stats: ViewStats | null; wish: "auto" | "high" | "low" }) {
  if (!stats) {
    return (
      <p data-testid="stats" className={PLATE}>
        {t("stats.wait")}
      </p>
    );
  }
  const rows: [string, string][] = [
    [t("stats.bitrate"), t("watch.kbit", { kbit: number(stats.bitrateBps / 1000) })],
    [t("stats.loss"), `${number(100 * stats.loss, 1)} %`],
    [t("stats.round-trip"), stats.roundTripMs === null ? "–" : `${number(stats.roundTripMs)} ms`],
    [t("stats.fps"), t("watch.fps", { fps: number(stats.fps) })],
    [t("stats.rendition"), `${stats.width} × ${stats.height} · ${t(`watch.wish-${wish}`)}`],
  ];
  return (
    <dl data-testid="stats" className={`tabular grid grid-cols-[auto_auto] gap-x-3 ${PLATE}`}>
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="opacity-75">{name}</dt>
          <dd className="text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
