/** What happened, in the middle: the clip with boxes, which begins by itself, or the snapshot. */
import { useEffect, useRef } from "react";
import type { Violation } from "@/api/types";
import { evidenceOf, Footage } from "@/footage/Footage";
import { t } from "@/text/text";
import { Snapshot } from "@/violations/Snapshot";

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
  const clip = evidenceOf(violation, "clip");
  const begun = useRef<string | null>(null);
  useEffect(() => {
    const video = stage.current?.querySelector("video");
    if (!video || still() || begun.current === id) return;
    begun.current = id;
    // Without sound a browser lets it begin by itself; the sound is a click on the player away.
    video.muted = true;
    void video.play().catch(() => undefined);
  }, [id, stage]);
  return (
    <div
      ref={stage}
      data-testid="stage"
      className="flex flex-col gap-2 [&_video]:max-h-[52dvh] [&_video]:object-contain"
    >
      <Footage key={id} violation={violation} />
      {clip?.available && (
        <figure className="flex items-center gap-3">
          <Snapshot violation={violation} className="aspect-[4/3] w-28 shrink-0 rounded-md" />
          <figcaption className="text-ink-2 text-xs">{t("review.snapshot")}</figcaption>
        </figure>
      )}
    </div>
  );
}
