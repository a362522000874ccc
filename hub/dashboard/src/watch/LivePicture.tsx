/** The place of a booth's picture: its latest still until somebody watches, then the live picture with its sound. */
import { Activity, Gauge, LoaderCircle, Play, ScanEye, Square, Volume2, VolumeX } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import type { Booth } from "@/api/types";
import { BoothPicture } from "@/booths/Picture";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import type { LinkState } from "@/watch/link";
import type { RenditionWish } from "@/watch/messages";
import { SightLayer } from "@/watch/SightLayer";
import { StatsLayer } from "@/watch/StatsLayer";
import { useSights } from "@/watch/useSights";
import { useStats, type ViewStats } from "@/watch/useStats";
import type { View } from "@/watch/useView";

const FRAME = "mx-auto aspect-[4/3] max-h-[56dvh] max-w-full";
const WISHES = ["auto", "high", "low"] as const satisfies readonly RenditionWish[];

/** The picture as it comes. Says how long after the click the first frame was there (`data-first-frame-ms`). */
function Playing({ view, name, muted }: { view: View; name: string; muted: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  const { stream, askedAt } = view;
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = stream;
    if (!stream) return;
    const handle = element.requestVideoFrameCallback?.((now) => {
      element.dataset.firstFrameMs ??= String(Math.round(now - askedAt));
    });
    return () => {
      if (handle !== undefined) element.cancelVideoFrameCallback(handle);
    };
  }, [stream, askedAt]);
  return (
    <video
      ref={video}
      autoPlay
      playsInline
      muted={muted}
      aria-label={t("watch.alt", { name })}
      className={`block size-full bg-black object-contain ${view.state?.phase === "live" ? "" : "opacity-60 grayscale"}`}
    />
  );
}

function Says({ state, onRetry }: { state: LinkState; onRetry: () => void }) {
  if (state.phase === "live" || state.phase === "ended") return null;
  const waiting = state.phase === "connecting" || state.phase === "rebuilding";
  return (
    <div
      role={waiting ? "status" : "alert"}
      className="absolute inset-0 grid place-content-center justify-items-center gap-2 bg-[rgb(8_10_12/48%)] p-6 text-center text-white"
    >
      {waiting ? (
        <>
          <LoaderCircle size={22} className="animate-spin" aria-hidden="true" />
          <p>{t(state.phase === "connecting" ? "watch.connecting" : "watch.rebuilding")}</p>
        </>
      ) : (
        <>
          <p className="font-medium">{state.title}</p>
          {state.detail && <p className="max-w-md text-balance text-sm opacity-90">{state.detail}</p>}
          <Button size="sm" onClick={onRetry}>
            {t("error.retry")}
          </Button>
        </>
      )}
    </div>
  );
}

export function quality(stats: ViewStats): string {
  const parts = [
    t("watch.fps", { fps: number(stats.fps) }),
    t("watch.kbit", { kbit: number(stats.bitrateBps / 1000) }),
    t("watch.loss", { percent: number(100 * stats.loss, 1) }),
  ];
  if (stats.roundTripMs !== null) parts.push(t("watch.rtt", { ms: number(stats.roundTripMs) }));
  return parts.join(" · ");
}

function QualityMenu({ view }: { view: View }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button size="sm" look="bare">
          <Gauge size={15} aria-hidden="true" />
          {t(`watch.wish-${view.wish}`)}
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className="menu">
          <DropdownMenu.RadioGroup
            value={view.wish}
            onValueChange={(value) => view.prefer(WISHES.find((known) => known === value) ?? "auto")}
          >
            {WISHES.map((wish) => (
              <DropdownMenu.RadioItem key={wish} value={wish} className="menu-item">
                {t(`watch.wish-${wish}`)}
                <span className="ml-auto pl-4 text-ink-3 text-xs">{t(`watch.wish-${wish}-detail`)}</span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ratio = ([width = 4, height = 3]: readonly number[]) => width / height;

export function LivePicture({ booth, view }: { booth: Booth; view: View }) {
  const [muted, setMuted] = useState(false);
  const [drawn, setDrawn] = useState(false);
  const [measured, setMeasured] = useState(false);
  const stats = useStats(view.peer);
  const live = view.state?.phase === "live";
  const sights = useSights(live ? view.peer : null, drawn);
  const watching = view.state !== null;
  const online = booth.availability === "online";
  const toggle = () => (watching ? view.stop() : view.start());
  useKeys({
    v: () => (watching || online) && toggle(),
    s: () => watching && setMuted(!muted),
    o: () => watching && setDrawn(!drawn),
    i: () => watching && setMeasured(!measured),
  });
  const aspect = stats?.width && stats.height ? stats.width / stats.height : sights ? ratio(sights.frame_wh) : 4 / 3;
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken" data-watching={view.state?.phase ?? "off"}>
      <div className="relative">
        {view.state ? (
          <div className={`relative ${FRAME}`}>
            <Playing view={view} name={booth.name} muted={muted} />
            <Says state={view.state} onRetry={view.retry} />
            {live && drawn && <SightLayer sights={sights} aspect={aspect} />}
            {live && measured && <StatsLayer stats={stats} wish={view.wish} />}
            {live && (
              <span className="absolute top-2 left-2 rounded-md bg-[rgb(8_10_12/72%)] px-2 py-0.5 font-semibold text-2xs text-white">
                {t("watch.live")}
              </span>
            )}
          </div>
        ) : (
          <BoothPicture booth={booth} large className={FRAME} />
        )}
      </div>
      <div className="flex min-h-11 flex-wrap items-center gap-2 border-line border-t bg-surface px-2 py-1.5">
        <Button size="sm" look={watching ? "quiet" : "ink"} disabled={!watching && !online} onClick={toggle}>
          {watching ? <Square size={13} aria-hidden="true" /> : <Play size={13} aria-hidden="true" />}
          {t(watching ? "watch.stop" : "watch.start")}
        </Button>
        {watching && (
          <>
            <Button size="sm" look="bare" aria-pressed={muted} onClick={() => setMuted(!muted)}>
              {muted ? <VolumeX size={15} aria-hidden="true" /> : <Volume2 size={15} aria-hidden="true" />}
              {t(muted ? "watch.sound-off" : "watch.sound-on")}
            </Button>
            <Button size="sm" look="bare" aria-pressed={drawn} onClick={() => setDrawn(!drawn)}>
              <ScanEye size={15} className={drawn ? "text-accent" : ""} aria-hidden="true" />
              {t("sights.toggle")}
            </Button>
            <Button size="sm" look="bare" aria-pressed={measured} onClick={() => setMeasured(!measured)}>
              <Activity size={15} className={measured ? "text-accent" : ""} aria-hidden="true" />
              {t("stats.toggle")}
            </Button>
            <span className="tabular ml-auto text-ink-3 text-xs" data-quality>
              {stats && quality(stats)}
            </span>
            <QualityMenu view={view} />
          </>
        )}
        {!watching && !online && <span className="text-ink-3 text-xs">{t("watch.offline")}</span>}
      </div>
    </div>
  );
}
