/** Whether a booth is there: a shape, a word, and since when. */
import type { Availability, Booth } from "@/api/types";
import { named, t } from "@/text/text";
import { clock, utc } from "@/time/format";
import { hubNow } from "@/time/now";

const LOOKS: Record<Availability, { dot: string; text: string }> = {
  online: { dot: "bg-accent", text: "text-ink-2" },
  stopped: { dot: "border border-ink-3", text: "text-ink-2" },
  offline: { dot: "border-2 border-high", text: "text-high" },
  never_seen: { dot: "border border-dashed border-ink-3", text: "text-ink-3" },
};

export function AvailabilityChip({ booth, since = true }: { booth: Booth; since?: boolean }) {
  const look = LOOKS[booth.availability] ?? LOOKS.stopped;
  const at = booth.availability_since ? Date.parse(booth.availability_since) : null;
  const sinceText = at === null ? "" : t("booth.since", { time: clock(at, hubNow()) });
  return (
    <span
      data-availability={booth.availability}
      title={at === null ? undefined : `${sinceText} (${utc(at)})`}
      className={`tabular inline-flex shrink-0 items-center gap-1.5 text-xs ${look.text}`}
    >
      <span aria-hidden="true" className={`size-2 rounded-full ${look.dot}`} />
      {named("booth.availability", booth.availability)}
      {since && booth.availability !== "online" && at !== null && <span className="text-ink-3">{sinceText}</span>}
    </span>
  );
}
