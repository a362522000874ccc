/** A booth's latest still with its age, so that nobody takes it for live video, and the button for a new one. */
import { Camera, LoaderCircle, VideoOff } from "lucide-react";
import { useContext, useEffect, useState } from "react";
import { evidenceUrl } from "@/api/client";
import type { Booth, Health } from "@/api/types";
import { lookProblem, useLookNow } from "@/booths/lookNow";
import { t } from "@/text/text";
import { calmAge, clock, utc } from "@/time/format";
import { hubNow, useNowAs } from "@/time/now";
import { InSight } from "@/ui/inSight";
import { Skeleton } from "@/ui/Skeleton";
import { together } from "@/ui/together";

const OVERLAY = "rounded-md bg-[rgb(8_10_12/72%)] text-2xs text-white";

function Age({ at }: { at: string }) {
  const ms = Date.parse(at);
  const past = useNowAs((now) => calmAge(ms, now));
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

/**
 * The first picture is shown as it comes. After that the old one is kept until the new one is decoded, so that the tile
 * never blinks; sixty are decoded off the main thread. What is out of sight is not fetched.
 */
function useLoaded(wanted: string | undefined, inSight: boolean): string | undefined {
  const [loaded, setLoaded] = useState(inSight ? wanted : undefined);
  useEffect(() => {
    if (!wanted || !inSight || wanted === loaded) return;
    if (loaded === undefined) {
      setLoaded(wanted);
      return;
    }
    let current = true;
    const image = new Image();
    image.decoding = "async";
    image.onload = () => {
      const show = () => together(() => current && setLoaded(wanted));
      // A picture that cannot be decoded here is for the browser to show as broken.
      if (image.decode) image.decode().then(show, show);
      else show();
    };
    image.src = wanted;
    return () => {
      current = false;
    };
  }, [wanted, inSight, loaded]);
  return loaded;
}

type Pictured = Pick<Booth, "booth_id" | "name" | "availability" | "picture"> & {
  health: Pick<Health, "camera"> | null;
};
type Props = { booth: Pictured; className?: string; large?: boolean };

export function BoothPicture({ booth, className = "", large = false }: Props) {
  const { picture } = booth;
  const look = useLookNow(booth);
  const url = picture ? evidenceUrl(picture.sha256) : undefined;
  const inSight = useContext(InSight);
  const loaded = useLoaded(url, inSight);
  const online = booth.availability === "online";
  const current = online && booth.health?.camera !== "lost";
  return (
    <div className={`group/picture relative overflow-hidden bg-sunken ${className}`}>
      {picture && loaded ? (
        <img
          src={loaded}
          decoding="async"
          alt={t("booth.picture-alt", { name: booth.name, time: clock(Date.parse(picture.taken_at)) })}
          className={`size-full object-cover ${current ? "" : "opacity-50 grayscale"}`}
        />
      ) : picture ? (
        // Out of sight nothing moves.
        inSight && <Skeleton className="size-full rounded-none" />
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
