/** How a rollout does, and how far it is: a word with a shape, and a bar of its devices. */
import { Ban, Check, CirclePause, type LucideIcon, OctagonAlert, Play } from "lucide-react";
import { count, named, t } from "@/text/text";
import type { Rollout } from "@/updates/queries";

const LOOKS: Record<Rollout["state"], { icon: LucideIcon; color: string }> = {
  running: { icon: Play, color: "text-accent" },
  paused: { icon: CirclePause, color: "text-medium" },
  stopped: { icon: OctagonAlert, color: "text-high" },
  done: { icon: Check, color: "text-accent" },
  cancelled: { icon: Ban, color: "text-ink-3" },
};

export function RolloutWord({ state }: { state: Rollout["state"] }) {
  const { icon: Icon, color } = LOOKS[state];
  return (
    <span data-state={state} className={`inline-flex items-center gap-1.5 whitespace-nowrap ${color}`}>
      <Icon size={14} aria-hidden="true" />
      {named("rollout.state", state)}
    </span>
  );
}

const PARTS = ["healthy", "skipped", "busy", "failed"] as const;
const FILLS = {
  healthy: "bg-accent",
  skipped: "bg-ink-3",
  busy: "bg-accent opacity-45",
  failed: "bg-high-fill",
};

/** `12 of 60 through · 1 failed`. */
export function progressText({ counts, total }: Rollout): string {
  const through = t("rollout.through", { done: counts.healthy + counts.skipped, all: total });
  return [through, ...(counts.failed > 0 ? [count("rollout.failed", counts.failed)] : [])].join(" · ");
}

export function Progress({ rollout, tall = false }: { rollout: Rollout; tall?: boolean }) {
  const { counts, total } = rollout;
  const done = counts.healthy + counts.skipped + counts.failed;
  return (
    <div className="min-w-40">
      <div
        role="progressbar"
        aria-label={progressText(rollout)}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        className={`flex overflow-hidden rounded-full bg-line ${tall ? "h-2.5" : "h-1.5"}`}
      >
        {PARTS.map((part) => (
          <span
            key={part}
            className={FILLS[part]}
            style={{ width: `${total > 0 ? (100 * counts[part]) / total : 0}%` }}
          />
        ))}
      </div>
      <p className="tabular mt-1 text-ink-2 text-xs">{progressText(rollout)}</p>
    </div>
  );
}
