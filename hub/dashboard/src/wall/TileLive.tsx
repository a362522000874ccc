/** The live picture in a tile, small and without sound, for as long as this is there. Leaving hangs up. */
import { LoaderCircle } from "lucide-react";
import { useEffect, useRef } from "react";
import { useLooking } from "@/presence/useLooking";
import { t } from "@/text/text";
import { useView } from "@/watch/useView";

type Props = { boothId: string; name: string };

export function TileLive({ boothId, name }: Props) {
  const { state, stream, prefer, start } = useView(boothId);
  const video = useRef<HTMLVideoElement>(null);
  const begin = useRef(() => {
    prefer("low");
    start();
  });
  useEffect(() => begin.current(), []);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  useLooking(boothId);
  const failed = state?.phase === "refused" || state?.phase === "trouble";
  return (
    <div data-testid="tile-live" data-phase={state?.phase ?? "off"} className="absolute inset-0">
      {/* Nothing to hear: it is muted. The still lies beneath until the first frame is there. */}
      <video
        ref={video}
        autoPlay
        playsInline
        muted
        aria-label={t("watch.alt", { name })}
        className="block size-full object-cover"
      />
      <span
        role={failed ? "alert" : "status"}
        className="absolute top-2 left-2 inline-flex items-center gap-1.5 rounded-md bg-[rgb(8_10_12/72%)] px-2 py-0.5 font-semibold text-2xs text-white"
      >
        {state?.phase === "live" && t("watch.live")}
        {state && "title" in state && state.title}
        {!failed && state?.phase !== "live" && (
          <>
            <LoaderCircle size={12} className="animate-spin" aria-hidden="true" />
            {t("watch.connecting")}
          </>
        )}
      </span>
    </div>
  );
}
