/** What the booth sees, drawn over its live picture: boxes and angles where they are, rules that are about to open. */
import type { Sights } from "@/api/types";
import { placeBox } from "@/footage/looks";
import { named, t } from "@/text/text";
import { number } from "@/time/format";

type Box = Sights["boxes"][number];
type Rule = Sights["rules"][number];

const PLATE = "bg-[rgb(8_10_12/72%)] text-white";

function label(box: Box): string {
  if (box.yaw_deg == null || box.pitch_deg == null) {
    return t("footage.score", { label: box.label, percent: Math.round(box.score * 100) });
  }
  return t("sights.angles", {
    yaw: number(Math.abs(box.yaw_deg)),
    side: t(box.yaw_deg >= 0 ? "timeline.left" : "timeline.right"),
    pitch: number(Math.abs(box.pitch_deg)),
    height: t(box.pitch_deg >= 0 ? "timeline.up" : "timeline.down"),
  });
}

/** Rules count their hold time before they open; a bar fills as it goes. */
function Standing({ rule }: { rule: Rule }) {
  const kind = rule.label
    ? `${named("kind", rule.kind)} (${named("direction", rule.label)})`
    : named("kind", rule.kind);
  const seconds = number(rule.lasted_s, 1);
  const said = rule.severity
    ? t("sights.rule-open", { kind, seconds })
    : t("sights.rule", { kind, seconds, hold: number(rule.hold_s, 1) });
  const share = rule.severity || rule.hold_s === 0 ? 1 : Math.min(1, rule.lasted_s / rule.hold_s);
  return (
    <li data-rule={rule.rule} className={`relative overflow-hidden rounded-[3px] px-1.5 py-0.5 ${PLATE}`}>
      <span className="absolute inset-y-0 left-0 bg-white/25" style={{ width: `${share * 100}%` }} />
      <span className="tabular relative">
        {rule.severity && <span aria-hidden="true">■ </span>}
        {said}
      </span>
    </li>
  );
}

/** `aspect`: width by height of the picture, which may be smaller than its place. */
export function SightLayer({ sights, aspect }: { sights: Sights | null; aspect: number }) {
  return (
    <div
      data-testid="sights"
      data-seen={sights ? "now" : "nothing"}
      className="pointer-events-none absolute inset-0 grid place-items-center [container-type:size]"
    >
      <div className="relative" style={{ width: `min(100cqw, ${aspect * 100}cqh)`, aspectRatio: String(aspect) }}>
        {sights?.boxes.map((box) => {
          const { left, top, width, height } = placeBox(box);
          return (
            <div
              key={`${box.label} ${box.xyxy.join()}`}
              data-label={box.label}
              className={`absolute rounded-[3px] border-2 border-white/90 shadow-[0_0_0_1px_rgb(0_0_0/60%)] ${box.label === "picture" ? "border-dashed" : ""}`}
              style={{ left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` }}
            >
              <span className={`tabular absolute top-0 left-0 max-w-48 truncate px-1 text-2xs ${PLATE}`}>
                {label(box)}
              </span>
            </div>
          );
        })}
        {sights?.points.map(([x, y]) => (
          <span
            key={`${x} ${y}`}
            className="absolute size-1 -translate-1/2 rounded-full bg-white shadow-[0_0_0_1px_rgb(0_0_0/60%)]"
            style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
          />
        ))}
      </div>
      <ul className="absolute bottom-2 left-2 flex flex-col gap-1 text-2xs">
        {sights?.speaking && <li className={`rounded-[3px] px-1.5 py-0.5 ${PLATE}`}>{t("footage.speaking")}</li>}
        {sights?.rules.map((rule) => (
          <Standing key={`${rule.rule} ${rule.label}`} rule={rule} />
        ))}
        {!sights && <li className={`rounded-[3px] px-1.5 py-0.5 ${PLATE}`}>{t("sights.none")}</li>}
      </ul>
    </div>
  );
}
