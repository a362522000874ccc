/** Boxes drawn over a video: what the booth saw in the frame that is shown. The video itself stays as it was filmed. */
import { type RefObject, useEffect, useState } from "react";
import type { ClipBoxes } from "@/api/types";
import { type Box, type Look, lookAt, placeBox } from "@/footage/looks";
import { t } from "@/text/text";

function useLook(video: RefObject<HTMLVideoElement | null>, looks: readonly Look[]): Look | undefined {
  const [look, setLook] = useState<Look>();
  useEffect(() => {
    let frame = 0;
    const follow = () => {
      setLook(lookAt(looks, video.current?.currentTime ?? 0));
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [video, looks]);
  return look;
}

function label(box: Box): string {
  const score = t("footage.score", { label: box.label, percent: Math.round(box.score * 100) });
  if (box.yaw_deg == null) return score;
  return `${score} · ${t("footage.yaw", { deg: Math.round(box.yaw_deg) })}`;
}

type Props = { video: RefObject<HTMLVideoElement | null>; boxes: ClipBoxes };

export function BoxLayer({ video, boxes }: Props) {
  const look = useLook(video, boxes.looks);
  return (
    <div className="pointer-events-none absolute inset-0" data-testid="boxes">
      {look?.boxes.map((box) => {
        const { left, top, width, height } = placeBox(box);
        return (
          <div
            key={box.xyxy.join()}
            data-label={box.label}
            className="absolute rounded-[3px] border-2 border-white/90 shadow-[0_0_0_1px_rgb(0_0_0/60%)]"
            style={{ left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` }}
          >
            <span className="tabular absolute top-0 left-0 max-w-40 truncate bg-[rgb(8_10_12/72%)] px-1 text-2xs text-white">
              {label(box)}
            </span>
          </div>
        );
      })}
      {look?.speaking && (
        <span className="absolute top-2 right-2 rounded-md bg-[rgb(8_10_12/72%)] px-2 py-0.5 text-2xs text-white">
          {t("footage.speaking")}
        </span>
      )}
    </div>
  );
}
