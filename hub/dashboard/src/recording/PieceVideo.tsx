/** One piece of a recording: shown while it is its turn, and fetched a little before, so that the seam is hardly seen. */
import { useEffect, useRef } from "react";
import { evidenceUrl } from "@/api/client";
import type { Segment } from "@/api/types";

type Props = {
  segment: Segment;
  label: string;
  /** Whether it is the one that is shown. */
  current: boolean;
  playing: boolean;
  /** Where to be, milliseconds; a new object for every jump, also to the same place. */
  goal: { at: number };
  onTime: (at: number) => void;
  onEnded: () => void;
  onFailed: () => void;
};

export function PieceVideo({ segment, label, current, playing, goal, onTime, onEnded, onFailed }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const began = Date.parse(segment.started_at);
  useEffect(() => {
    if (current && video.current) video.current.currentTime = Math.max(0, goal.at - began) / 1000;
  }, [current, goal, began]);
  useEffect(() => {
    if (!current || !video.current) return;
    if (playing) video.current.play().catch(() => undefined);
    else video.current.pause();
  }, [current, playing]);
  return (
    <video
      ref={video}
      src={evidenceUrl(segment.sha256)}
      hidden={!current}
      muted={!current}
      playsInline
      preload="auto"
      aria-label={current ? label : undefined}
      onTimeUpdate={(event) => current && playing && onTime(began + event.currentTarget.currentTime * 1000)}
      onEnded={() => current && onEnded()}
      onError={() => current && onFailed()}
      className="size-full object-contain"
    >
      <track kind="captions" />
    </video>
  );
}
