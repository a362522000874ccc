/** A violation's clip with boxes over it, and under it where in the clip the violation lies. */
import { useQuery } from "@tanstack/react-query";
import { Square, SquareDashed } from "lucide-react";
import { useRef, useState } from "react";
import { evidenceUrl } from "@/api/client";
import { boxesQuery } from "@/api/queries";
import type { Evidence, Violation } from "@/api/types";
import { BoxLayer } from "@/footage/BoxLayer";
import { t } from "@/text/text";
import { hubNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { severityFill } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { place } from "@/violations/strip";

type SpanProps = { violation: Violation; clip: Evidence; duration: number; onSeek: (at: number) => void };

/** The violation as a span of the clip; a click goes to its beginning. */
function SpanBar({ violation, clip, duration, onSeek }: SpanProps) {
  const from = Date.parse(clip.taken_at);
  const span = place(violation.started_at, violation.ended_at, { from, to: from + duration * 1000 });
  if (!span) return null;
  return (
    <div className="relative mt-1 h-2 rounded-sm bg-sunken">
      <button
        type="button"
        aria-label={t("footage.to-start")}
        title={t("footage.to-start")}
        onClick={() => onSeek((span.left / 100) * duration)}
        className={`absolute inset-y-0 min-w-1 rounded-sm ${severityFill[violation.severity]}`}
        style={{ left: `min(${span.left}%, calc(100% - 4px))`, width: `${span.width}%` }}
      />
    </div>
  );
}

type Props = {
  violation: Violation;
  clip: Evidence;
  boxes: Evidence | undefined;
  poster: string | undefined;
  onFailed: () => void;
};

export function ClipPlayer({ violation, clip, boxes, poster, onFailed }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [duration, setDuration] = useState(0);
  const [drawn, setDrawn] = useState(true);
  const seen = useQuery({ ...boxesQuery(boxes?.sha256 ?? ""), enabled: boxes?.available === true });
  const seek = (at: number) => {
    if (video.current) video.current.currentTime = at;
  };
  return (
    <div>
      <div className="relative overflow-hidden rounded-lg bg-sunken">
        <video
          ref={video}
          src={evidenceUrl(clip.sha256)}
          poster={poster}
          controls
          playsInline
          preload="metadata"
          aria-label={t("footage.clip-alt", { sentence: sentence(violation, hubNow()), booth: violation.booth_name })}
          onLoadedMetadata={(event) => setDuration(event.currentTarget.duration)}
          onError={onFailed}
          className="block h-auto w-full"
        >
          <track kind="captions" />
        </video>
        {drawn && seen.data && <BoxLayer video={video} boxes={seen.data} />}
      </div>
      {duration > 0 && <SpanBar violation={violation} clip={clip} duration={duration} onSeek={seek} />}
      {seen.data && (
        <Button look="bare" size="sm" className="mt-1" aria-pressed={drawn} onClick={() => setDrawn(!drawn)}>
          {drawn ? <Square size={13} /> : <SquareDashed size={13} />}
          {t(drawn ? "footage.hide-boxes" : "footage.show-boxes")}
        </Button>
      )}
    </div>
  );
}
