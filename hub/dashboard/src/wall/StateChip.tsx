/** What a booth is doing: a shape and a word, and a raised hand beside it. */
import { Hand } from "lucide-react";
import { named, t } from "@/text/text";
import { age, clock, utc } from "@/time/format";
import { hubNow, useNowAs } from "@/time/now";
import { type ChipState, chipState, running } from "@/wall/states";
import type { TileBooth } from "@/wall/tile";

const LOOKS: Record<ChipState, { dot: string; text?: string }> = {
  waiting: { dot: "bg-medium-fill rotate-45", text: "font-medium text-medium" },
  admitted: { dot: "rounded-full border-2 border-accent" },
  in_progress: { dot: "rounded-full bg-accent" },
  paused: { dot: "bg-medium-fill" },
  on_break: { dot: "border-2 border-medium-fill" },
  idle: { dot: "rounded-full border border-ink-3", text: "text-ink-3" },
  stopped: { dot: "rounded-full border border-ink-3", text: "text-ink-3" },
  offline: { dot: "rounded-full border-2 border-high", text: "font-medium text-high" },
  never_seen: { dot: "rounded-full border border-dashed border-ink-3", text: "text-ink-3" },
};

function Raised({ at }: { at: string }) {
  const since = useNowAs((now) => age(Date.parse(at), now));
  return (
    <span title={since} className="inline-flex items-center gap-1 font-medium text-medium">
      <Hand size={12} aria-hidden="true" />
      {t("booth.hand")}
    </span>
  );
}

export function StateChip({ booth }: { booth: TileBooth }) {
  const state = chipState(booth);
  const session = running(booth);
  const away = state === "offline" || state === "stopped";
  const since = booth.availability_since === null ? null : Date.parse(booth.availability_since);
  return (
    <span className="tabular flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-0.5 text-ink-2 text-xs">
      <span
        data-state={state}
        title={
          away && since !== null ? `${t("booth.since", { time: clock(since, hubNow()) })} (${utc(since)})` : undefined
        }
        className={`inline-flex items-center gap-1.5 whitespace-nowrap ${LOOKS[state].text ?? ""}`}
      >
        <span aria-hidden="true" className={`size-2 shrink-0 ${LOOKS[state].dot}`} />
        {t(`wall.state.${state}`)}
        {state === "offline" && since !== null && (
          <span className="@max-[208px]:sr-only font-normal text-ink-3">
            {t("booth.since", { time: clock(since, hubNow()) })}
          </span>
        )}
      </span>
      {booth.hand_raised_at && <Raised at={booth.hand_raised_at} />}
      {session?.asked && <span className="font-medium text-medium">{named("asked", session.asked)}</span>}
    </span>
  );
}
