/** The photos of the check-in, the newest of each kind, and whether a person let the candidate in by them. */
import { evidenceUrl } from "@/api/client";
import type { Report } from "@/reports/queries";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { When } from "@/time/When";
import { Section } from "@/ui/Facts";

function Photo({ report, of }: { report: Report; of: "face" | "document" }) {
  const photo = report.photos.filter((each) => each.of === of).at(-1);
  if (!photo) return null;
  return (
    <figure className="min-w-0 flex-1">
      <div className="grid aspect-[4/3] place-items-center overflow-hidden rounded-md border border-line bg-sunken text-ink-3 text-xs">
        {photo.available ? (
          <img
            src={evidenceUrl(photo.sha256)}
            alt={t(`identity.${of}-alt`, { time: clock(Date.parse(photo.taken_at), hubNow()) })}
            className="size-full object-cover"
          />
        ) : (
          t("report.photo-away")
        )}
      </div>
      <figcaption className="mt-1 text-ink-2 text-xs">
        {t(`identity.${of}`)} · <When at={photo.taken_at} show="clock" />
      </figcaption>
    </figure>
  );
}

export function ReportPhotos({ report }: { report: Report }) {
  const admitted = report.steps.find((step) => step.action === "admit");
  return (
    <Section title={t("report.identity")}>
      {report.photos.length === 0 ? (
        <p className="py-2 text-ink-3">{t("report.no-photos")}</p>
      ) : (
        <div className="flex gap-3 pt-2">
          <Photo report={report} of="face" />
          <Photo report={report} of="document" />
        </div>
      )}
      {admitted && (
        <p className="pt-2 text-ink-2">
          {t("report.admitted-by", { name: admitted.by.name, time: clock(Date.parse(admitted.at), hubNow()) })}
        </p>
      )}
    </Section>
  );
}
