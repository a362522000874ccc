/** A booth's latest still with its age, so that nobody takes it for live video, and the button for a new one. */
import { Camera, LoaderCircle, VideoOff } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { evidenceUrl } from "@/api/client";
import type { Booth } from "@/api/types";
import { lookProblem, useLookNow } from "@/booths/lookNow";
import { t } from "@/text/text";
import { age, clock, utc } from "@/time/format";
import { hubNow, useNowAs } from "@/time/now";
import { Skeleton } from "@/ui/Skeleton";

const OVERLAY = "rounded-md bg-[rgb(8_10_12/72%)] text-2xs text-white";

function Age({ at }: { at: string }) {
  const ms = Date.parse(at);
  const past = useNowAs((now) => age(ms, now));
  return (
    <time
      dateTime={at}
      title={`${clock(ms, hubNow())} (${utc(ms)})`}
      className={`${OVERLAY} whitespace-nowrap px-2 py-1`}
    >
      <span className="@max-[208px]:hidden">{t("booth.picture-from", { age: past })}</span>
      <span className="@min-[208px]:hidden">{past}</span>
    </time>
  );
}

/** How far out of sight a picture is fetched already, so that scrolling does not meet empty places. */
const NEARLY = "200px";

/** Whether the element is in sight, or nearly. */
function useInSight(element: RefObject<HTMLElement | null>): boolean {
  const [inSight, setInSight] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (!element.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: NEARLY,
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return inSight;
}

/**
 * Keeps the old picture until the new one is decoded, so that the tile never blinks; sixty are decoded off the main
 * thread. What is out of sight is not fetched.
 */
function useLoaded(wanted: string | undefined, inSight: boolean): string | undefined {
  const [loaded, setLoaded] = useState<string>();
  useEffect(() => {
    if (!wanted || !inSight) return;
    let current = true;
    const image = new Image();
    image.decoding = "async";
    image.onload = () => {
      const show = () => current && setLoaded(wanted);
      // A picture that cannot be decoded here is for the browser to show as broken.
      if (image.decode) image.decode().then(show, show);
      else show();
    };
    image.src = wanted;
    return () => {
      current = false;
    };
  }, [wanted, inSight]);
  return loaded;
}

type Props = { booth: Booth; className?: string; large?: boolean };

export function BoothPicture({ booth, className = "", large = false }: Props) {
  const { picture } = booth;
  const look = useLookNow(booth);
  const url = picture ? evidenceUrl(picture.sha256) : undefined;
  const frame = useRef<HTMLDivElement>(null);
  const loaded = useLoaded(url, useInSight(frame));
  const online = booth.availability === "online";
  const current = online && booth.health?.camera !== "lost";
  return (
    <div ref={frame} className={`group/picture relative overflow-hidden bg-sunken ${className}`}>
      {picture && loaded ? (
        <img
          src={loaded}
          decoding="async"
          alt={t("booth.picture-alt", { name: booth.name, time: clock(Date.parse(picture.taken_at)) })}
          className={`size-full object-cover ${current ? "" : "opacity-50 grayscale"}`}
        />
      ) : picture ? (
        <Skeleton className="size-full rounded-none" />
      ) : (
        <div className="grid size-full place-content-center justify-items-center gap-2 text-ink-3">
          <VideoOff size={22} strokeWidth={1.5} />
          <span className="text-xs">
            {t(booth.availability === "never_seen" ? "booth.picture-never" : "booth.picture-none")}
          </span>
        </div>
      )}
      <div className="absolute inset-x-2 bottom-2 flex items-end justify-between gap-2">
        {picture && loaded ? <Age at={picture.taken_at} /> : <span />}
        {online && (
          <button
            type="button"
            data-look-now
            // On the wall one tile is reached by Tab, and its key is l.
            tabIndex={large ? 0 : -1}
            disabled={look.isPending}
            onClick={() => look.mutate()}
            aria-label={`${t("booth.look")}: ${booth.name}`}
            className={`${OVERLAY} relative z-10 inline-flex h-6 items-center gap-1.5 px-2 transition-opacity hover:bg-black focus-visible:opacity-100 ${
              large || look.isPending
                ? ""
                : "[@media(hover:hover)]:opacity-0 group-hover/tile:opacity-100 group-focus-within/tile:opacity-100"
            }`}
          >
            {look.isPending ? <LoaderCircle size={13} className="animate-spin" /> : <Camera size={13} />}
            <span className="@max-[208px]:sr-only">{t(look.isPending ? "booth.looking" : "booth.look")}</span>
          </button>
        )}
      </div>
      {look.isError && (
        <p role="alert" className={`${OVERLAY} absolute inset-x-2 bottom-10 px-2 py-1.5`}>
          {lookProblem(look.error)}
        </p>
      )}
    </div>
  );
}
