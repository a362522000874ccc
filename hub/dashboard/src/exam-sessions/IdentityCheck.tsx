/** The check-in photo and the document side by side, for a person to compare. */
import { evidenceUrl } from "@/api/client";
import type { ExamSessionDetail, ExamSessionPhoto } from "@/api/types";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";

function Photo({ photo, of }: { photo: ExamSessionPhoto | undefined; of: "face" | "document" }) {
  return (
    <figure className="min-w-0 flex-1">
      <div className="grid aspect-[4/3] place-items-center overflow-hidden rounded-md border border-line bg-sunken text-ink-3 text-xs">
        {photo?.available ? (
          <a href={evidenceUrl(photo.sha256)} target="_blank" rel="noreferrer" className="size-full">
            <img
              src={evidenceUrl(photo.sha256)}
              alt={t(`identity.${of}-alt`, { time: clock(Date.parse(photo.taken_at), hubNow()) })}
              className="size-full object-cover"
            />
          </a>
        ) : (
          t(photo ? "identity.coming" : "identity.none")
        )}
      </div>
      <figcaption className="mt-1 text-ink-2 text-xs">{t(`identity.${of}`)}</figcaption>
    </figure>
  );
}

export function IdentityCheck({ detail }: { detail: ExamSessionDetail }) {
  const newest = (of: "face" | "document") => detail.photos.find((photo) => photo.of === of);
  return (
    <div className="flex gap-3">
      <Photo of="face" photo={newest("face")} />
      <Photo of="document" photo={newest("document")} />
    </div>
  );
}
