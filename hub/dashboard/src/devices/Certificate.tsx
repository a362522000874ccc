/** Until when a certificate is good, and a word before it ends. */
import { locale, t } from "@/text/text";
import { utc } from "@/time/format";
import { useNow } from "@/time/now";

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

export function CertificateEnd({ at }: { at: string }) {
  const now = useNow();
  const ms = Date.parse(at);
  const days = Math.floor((ms - now) / DAY_MS);
  const ended = ms <= now;
  return (
    <span className="whitespace-nowrap">
      <time dateTime={at} title={utc(ms)}>
        {day.format(ms)}
      </time>
      {(ended || days <= SOON_DAYS) && (
        <span className={`block text-xs ${ended ? "text-high" : "text-medium"}`}>
          {ended ? t("device.certificate-ended") : t("device.certificate-soon", { days })}
        </span>
      )}
    </span>
  );
}
