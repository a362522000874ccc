/** The check-in photo, for a person to compare with the clip. */

import { evidenceUrl } from "@/api/client";
import type { ExamSessionDetail } from "@/api/types";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";

export function Compare({ detail }: { detail: ExamSessionDetail | undefined }) {
  const photo = detail?.photos.find((each) => each.of === "face");
  return (
    <figure>
      <div className="relative grid aspect-[4/3] place-items-center overflow-hidden rounded-lg bg-sunken px-4 text-center text-ink-3 text-xs">
        {photo?.available ? (
          <img
            src={evidenceUrl(photo.sha256)}
            alt={t("identity.face-alt", { time: clock(Date.parse(photo.taken_at), hubNow()) })}
            className="absolute inset-0 size-full object-cover"
          />
        ) : (
          t(photo ? "identity.coming" : "review.no-photo")
        )}
      </div>
      {photo && (
        <figcaption className="mt-1 text-ink-2 text-xs">
          {t("review.photo", { time: clock(Date.parse(photo.taken_at), hubNow()) })}
        </figcaption>
      )}
    </figure>
  );
}
