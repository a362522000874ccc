/** A rule's times drawn on an axis, live from the values: from when it happens to when it may be raised again. */
import { axisOf, WIDTH } from "@/profiles/axis";
import { seconds } from "@/profiles/differences";
import { NEXT, type Settings } from "@/profiles/rules";
import { t } from "@/text/text";
import { SeverityMark, severityText } from "@/violations/Severity";

const HAPPENS = 26;
const RAISED = 60;
const AFTER = 92;
const ROW = 19;
/** Words stand after a line that ends before this, and before one that does not. */
const ROOM = WIDTH - 190;

/** The same in words, for those who do not see it, and beneath it for those who do. */
export function axisSentence(settings: Settings): string {
  const after = settings.severity === "high" ? null : (settings.escalate_after_s ?? null);
  const severity = t(`severity.${settings.severity}`);
  const hold = seconds(settings.hold_s);
  return t("axis.label", {
    raised:
      after === null
        ? t("axis.raised", { hold, severity })
        : t("axis.raised-up", {
            hold,
            severity,
            next: t(`severity.${NEXT[settings.severity]}`),
            after: seconds(after),
          }),
    ended: t("axis.ended", { release: seconds(settings.release_s ?? 0) }),
    merged: settings.merge_s ? t("axis.merged", { merge: seconds(settings.merge_s) }) : "",
    cooled: settings.cooldown_s ? t("axis.cooled", { cooldown: seconds(settings.cooldown_s) }) : "",
  });
}

type SpanProps = { from: number; to: number; y: number; text: string };

/** What follows the end: a line as long as it lasts, with its words beneath, kept inside the picture. */
function After({ from, to, y, text }: SpanProps) {
  return (
    <g>
      <path
        d={`M${from} ${y - 4}v8M${from} ${y}H${to}M${to} ${y - 4}v8`}
        className="stroke-ink-3"
        strokeWidth={1.25}
        fill="none"
      />
      <text {...(to < ROOM ? { x: to + 7 } : { x: from - 7, textAnchor: "end" })} y={y + 4} className="fill-ink-2">
        {text}
      </text>
    </g>
  );
}

export function TimeAxis({ settings }: { settings: Settings }) {
  const x = axisOf(settings);
  const after: [number | null, string][] = [
    [settings.release_s ? x.released : null, t("axis.release", { value: seconds(settings.release_s ?? 0) })],
    [x.merged, t("axis.merge", { value: seconds(settings.merge_s ?? 0) })],
    [x.cooled, t("axis.cooldown", { value: seconds(settings.cooldown_s ?? 0) })],
  ];
  const shown = after.filter((each): each is [number, string] => each[0] !== null);
  const height = AFTER + shown.length * ROW + 2;
  const first = severityText[settings.severity];
  const second = severityText[NEXT[settings.severity]];
  return (
    <figure className="m-0">
      <svg
        role="img"
        aria-label={axisSentence(settings)}
        viewBox={`0 0 ${WIDTH} ${height}`}
        className="tabular w-full max-w-[680px] text-[13px]"
      >
        <text x={x.begins} y={HAPPENS - 10} className="fill-ink-3">
          {t("axis.happens")}
        </text>
        <rect
          x={x.begins}
          y={HAPPENS - 5}
          width={x.ends - x.begins}
          height={10}
          rx={2}
          className="fill-ink-3"
          opacity={0.45}
        />
        <path
          d={`M${x.raised} ${HAPPENS - 6}V${RAISED + 7}M${x.ends} ${HAPPENS - 6}V${height}`}
          className="stroke-line-strong"
          strokeDasharray="2 3"
        />
        <text x={x.begins} y={RAISED - 11} className="fill-ink-3">
          {t("axis.violation")}
        </text>
        <rect
          x={x.begins + 0.75}
          y={RAISED - 5}
          width={Math.max(0, x.raised - x.begins)}
          height={10}
          rx={2}
          className={first}
          fill="none"
          stroke="currentColor"
          strokeDasharray="3 2"
        />
        <rect
          x={x.raised}
          y={RAISED - 5}
          width={Math.max(0, (x.grows ?? x.ends) - x.raised)}
          height={10}
          rx={2}
          className={first}
          fill="currentColor"
          opacity={0.75}
        />
        {x.grows !== null && (
          <rect
            x={x.grows}
            y={RAISED - 5}
            width={Math.max(0, x.ends - x.grows)}
            height={10}
            rx={2}
            className={second}
            fill="currentColor"
            opacity={0.9}
          />
        )}
        <text
          x={x.raised < 76 ? x.begins : (x.begins + x.raised) / 2}
          y={RAISED + 19}
          textAnchor={x.raised < 76 ? "start" : "middle"}
          className="fill-ink-2"
        >
          {t("axis.hold", { value: seconds(settings.hold_s) })}
        </text>
        {x.grows !== null && settings.escalate_after_s != null && (
          <text
            x={x.grows}
            y={RAISED + 19}
            textAnchor={x.grows - x.raised < 60 ? "start" : "middle"}
            className={second}
          >
            <tspan className="fill-current">{seconds(settings.escalate_after_s)}</tspan>
          </text>
        )}
        {shown.map(([to, text], row) => (
          <After key={text} from={x.ends} to={to} y={AFTER + row * ROW} text={text} />
        ))}
      </svg>
      <figcaption className="mt-2 text-pretty text-ink-2">
        <span className="mr-1.5 inline-block align-[-1px]">
          <SeverityMark severity={settings.severity} size={12} label={false} />
        </span>
        {axisSentence(settings)} <span className="text-ink-3 text-xs">{t("axis.scale")}</span>
      </figcaption>
    </figure>
  );
}
