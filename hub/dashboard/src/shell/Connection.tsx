/** How fresh the page is: a word in the top line, and a banner when the hub has been silent. */
import { CloudOff } from "lucide-react";
import type { Phase } from "@/live/connection";
import { useLive } from "@/live/LiveProvider";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { Button } from "@/ui/Button";

const DOTS: Record<Phase, string> = {
  live: "bg-accent",
  "catching-up": "bg-accent animate-pulse-slow",
  connecting: "border border-ink-3 animate-pulse-slow",
  stale: "bg-high",
};

export function ConnectionState() {
  const { phase, heardAt } = useLive();
  const text = phase === "stale" ? t("live.stale", { time: clock(heardAt) }) : t(`live.${phase}`);
  return (
    <span
      role="status"
      data-testid="connection"
      data-phase={phase}
      title={t("live.title")}
      className={`tabular inline-flex items-center gap-2 whitespace-nowrap ${phase === "stale" ? "text-high" : "text-ink-2"}`}
    >
      <span aria-hidden="true" className={`size-2 rounded-full ${DOTS[phase]}`} />
      {text}
    </span>
  );
}

export function StaleBanner() {
  const { phase, heardAt, retryNow } = useLive();
  if (phase !== "stale") return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-2 bg-high-tint px-4 py-2.5 text-ink md:px-6">
      <CloudOff size={16} aria-hidden="true" className="shrink-0 text-high" />
      <p className="min-w-0 flex-1 basis-64">
        <strong className="tabular font-semibold">{t("live.banner", { time: clock(heardAt) })}</strong>{" "}
        {t("live.banner-detail")}
      </p>
      <Button size="sm" onClick={retryNow}>
        {t("live.retry")}
      </Button>
    </div>
  );
}
