/** Who watches a booth now, and how each picture arrives: what the booth itself measures. */
import type { Health } from "@/api/types";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";

type Viewer = Health["viewers"][number];

function line(viewer: Viewer): string {
  const parts = [
    t(`watch.wish-${viewer.rendition}`),
    t("watch.fps", { fps: number(viewer.fps) }),
    t("watch.kbit", { kbit: number(viewer.bitrate_bps / 1000) }),
  ];
  if (viewer.loss !== null) parts.push(t("watch.loss", { percent: number(100 * viewer.loss, 1) }));
  if (viewer.round_trip_ms !== null) parts.push(t("watch.rtt", { ms: number(viewer.round_trip_ms) }));
  return parts.join(" · ");
}

export function Watchers({ health }: { health: Health }) {
  return (
    <>
      <ul className="divide-y divide-line">
        {health.viewers.map((viewer) => (
          <li key={viewer.peer_id} className="tabular py-2.5" data-viewer={viewer.peer_id}>
            <div className="flex items-baseline justify-between gap-3">
              <span className="truncate font-medium">{viewer.name}</span>
              <span className="text-ink-3 text-xs">
                <When at={viewer.since} />
              </span>
            </div>
            <p className="text-ink-3 text-xs">{viewer.state === "connecting" ? t("watch.connecting") : line(viewer)}</p>
          </li>
        ))}
      </ul>
      {health.streams.length > 0 && (
        <p className="tabular pt-2 text-ink-3 text-xs">
          {t("watch.encoders")}{" "}
          {health.streams
            .filter((stream) => stream.fps > 0)
            .map((stream) => `${stream.stream} (${stream.encoder}, ${number(stream.bitrate_bps / 1000)} kbit/s)`)
            .join(", ")}
        </p>
      )}
    </>
  );
}
