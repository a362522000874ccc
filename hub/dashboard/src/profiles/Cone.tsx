/** How far a head may turn, from above and from the side, drawn to scale from the angles. */
import { t } from "@/text/text";
import { number } from "@/time/format";

type Props = { yaw: number; up?: number; down?: number };

const R = 62;
const rad = (deg: number) => (Math.min(90, Math.max(0, deg || 0)) * Math.PI) / 180;

/** A slice from the head at the middle left, to the right. */
function slice(x: number, y: number, above: number, below: number): string {
  const [top, bottom] = [rad(above), rad(below)];
  const wide = top + bottom > Math.PI ? 1 : 0;
  return `M${x} ${y}L${x + R * Math.cos(top)} ${y - R * Math.sin(top)}A${R} ${R} 0 ${wide} 1 ${x + R * Math.cos(bottom)} ${y + R * Math.sin(bottom)}Z`;
}

function View({ above, below, name }: { above: number; below: number; name: string }) {
  const half = Math.max(22, R * Math.sin(rad(Math.max(above, below)))) + 4;
  const text = above === below ? `±${number(above, 1)}°` : `+${number(above, 1)}° −${number(below, 1)}°`;
  return (
    <div className="flex flex-col items-center justify-end gap-0.5">
      <svg aria-hidden="true" viewBox={`0 ${68 - half} 92 ${2 * half}`} className="w-24">
        <path d={`M18 68h${R + 8}`} className="stroke-line-strong" strokeDasharray="2 3" />
        <path d={slice(18, 68, above, below)} className="fill-accent stroke-accent" fillOpacity={0.16} />
        <circle cx={12} cy={68} r={9} className="fill-surface stroke-ink-2" strokeWidth={1.5} />
        <path d="M20 65l5 3-5 3" className="fill-none stroke-ink-2" strokeWidth={1.5} />
      </svg>
      <span className="tabular">{text}</span>
      <span className="text-ink-3 text-xs">{name}</span>
    </div>
  );
}

export function Cone({ yaw, up, down }: Props) {
  const label = t("cone.label", { yaw: number(yaw, 1), up: number(up ?? 0, 1), down: number(down ?? 0, 1) });
  return (
    <div role="img" aria-label={label} className="flex gap-6">
      <View above={yaw} below={yaw} name={t("cone.side")} />
      {up !== undefined && down !== undefined && <View above={up} below={down} name={t("cone.height")} />}
    </div>
  );
}
