/** What happened, in the middle: the clip with boxes, which begins by itself, or the snapshot. */
import { useEffect, useRef } from "react";
import type { Violation } from "@/api/types";
import { evidenceOf, Footage } from "@/footage/Footage";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Plays or stops the clip of the stage; from the beginning where it had ended. */
export function togglePlay(stage: HTMLElement | null): void {
  const video = stage?.querySelector("video");
  if (!video) return;
  if (video.paused) void video.play().catch(() => undefined);
  else video.pause();
}

export function Stage({ violation, stage }: { violation: Violation; stage: React.RefObject<HTMLDivElement | null> }) {
  const id = violation.violation_id;
  const begun = useRef<string | null>(null);
  useEffect(() => {
    const video = stage.current?.querySelector("video");
    if (!video || begun.current === id) return;
    begun.current = id;
    if (still()) {
      // The picture and the boxes of the same moment: where the violation begins.
      const clip = evidenceOf(violation, "clip");
      video.currentTime = clip ? Math.max(0, (Date.parse(violation.started_at) - Date.parse(clip.taken_at)) / 1000) : 0;
      return;
    }
    // Without sound a browser lets it begin by itself; the sound is a click on the player away.
    video.muted = true;
    void video.play().catch(() => undefined);
  }, [id, stage, violation]);
  return (
    <div
      ref={stage}
      data-testid="stage"
      className="[&>div:has(video)]:mx-auto [&>div:has(video)]:w-fit [&_video]:max-h-[40dvh] [&_video]:w-auto [&_video]:max-w-full"
    >
      <Footage key={id} violation={violation} />
    </div>
  );
}
