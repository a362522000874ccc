/** What was seen over time: where the head pointed, who was there, who spoke, what lay about. */
import { memo, useId } from "react";
import type { TraceLine, Traces } from "@/api/types";
import { t } from "@/text/text";
import { Lane, spot } from "@/timeline/Lane";
import { band, HEIGHT, objects, type Presence, presence, speech, WIDTH } from "@/timeline/lines";
import type { Window } from "@/violations/strip";

const REACH_DEG = 60;
/** Of the lane's width, so that a name has room. */
const NAMED_PERCENT = 6;

type LineProps = { line: TraceLine; traces: Traces; window: Window; above: number | null; below: number | null };

/** The band between lowest and highest; beyond the dashed limits, where a head looks away, it is drawn once more. */
const Band = memo(function Band({ line, traces, window, above, below }: LineProps) {
  const id = useId();
  const path = band(line, traces, window, REACH_DEG);
  const y = (value: number) => HEIGHT / 2 - (value / REACH_DEG) * (HEIGHT / 2);
  const limits = [above === null ? null : y(above), below === null ? null : y(-below)];
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="absolute inset-0 size-full text-ink-2"
    >
      <line
        x1={0}
        x2={WIDTH}
        y1={HEIGHT / 2}
        y2={HEIGHT / 2}
        stroke="var(--line-strong)"
        vectorEffect="non-scaling-stroke"
      />
      {limits.map(
        (at) =>
          at !== null && (
            <line
              key={at}
              x1={0}
              x2={WIDTH}
              y1={at}
              y2={at}
              stroke="var(--ink-3)"
              strokeDasharray="3 4"
              vectorEffect="non-scaling-stroke"
            />
          ),
      )}
      <path d={path} fill="currentColor" fillOpacity={0.3} stroke="currentColor" vectorEffect="non-scaling-stroke" />
      {above !== null && below !== null && (
        <>
          <clipPath id={id}>
            <rect x={0} width={WIDTH} y={0} height={y(above)} />
            <rect x={0} width={WIDTH} y={y(-below)} height={HEIGHT - y(-below)} />
          </clipPath>
          <path
            d={path}
            clipPath={`url(#${id})`}
            fill="var(--medium-fill)"
            fillOpacity={0.7}
            stroke="var(--medium-fill)"
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
});

const PRESENCE: Record<Presence, string> = {
  one: "inset-y-[10px] bg-ink-3/45",
  several: "inset-y-1 border-y-4 border-medium-fill bg-medium-fill/25",
  hidden: "inset-y-1.5 border border-ink-3 border-dashed",
  empty: "inset-y-1 hatched border border-ink-3",
};

type Props = { traces: Traces; window: Window };

function PresenceLane({ traces, window }: Props) {
  return (
    <Lane name={t("timeline.presence")} window={window}>
      {presence(traces).map(({ what, from, to }) => {
        const style = spot(from, to, window);
        return (
          style && (
            <span
              key={from}
              data-presence={what}
              title={t(`timeline.presence-${what}`)}
              className={`absolute min-w-[2px] ${PRESENCE[what]}`}
              style={style}
            />
          )
        );
      })}
    </Lane>
  );
}

export const TraceLanes = memo(function TraceLanes({ traces, window }: Props) {
  const [side = null, up = null, down = null] = traces.cone_deg ?? [];
  const spoken = speech(traces);
  const things = objects(traces);
  return (
    <>
      <Lane name={t("timeline.yaw")} ends={[t("timeline.left"), t("timeline.right")]} window={window} tall>
        <Band line={traces.yaw_deg} traces={traces} window={window} above={side} below={side} />
      </Lane>
      <Lane name={t("timeline.pitch")} ends={[t("timeline.up"), t("timeline.down")]} window={window} tall>
        <Band line={traces.pitch_deg} traces={traces} window={window} above={up} below={down} />
      </Lane>
      <PresenceLane traces={traces} window={window} />
      {(traces.speech.high ?? []).length > 0 && (
        <Lane name={t("timeline.speech")} window={window}>
          {spoken.map(({ from, to }) => {
            const style = spot(from, to, window);
            return style && <span key={from} className="absolute inset-y-1.5 min-w-[2px] bg-ink-2" style={style} />;
          })}
        </Lane>
      )}
      {things.length > 0 && (
        <Lane name={t("timeline.objects")} window={window}>
          {things.map(({ what, from, to, percent }) => {
            const style = spot(from, to, window);
            return (
              style && (
                <span
                  key={`${what} ${from}`}
                  title={t("timeline.object", { label: what, percent })}
                  className="absolute inset-y-1 min-w-[3px] truncate rounded-[2px] border border-ink-3 bg-ink-3/25 px-0.5 text-2xs text-ink leading-3"
                  style={style}
                >
                  {Number.parseFloat(style.width) > NAMED_PERCENT && what}
                </span>
              )
            );
          })}
        </Lane>
      )}
    </>
  );
});
