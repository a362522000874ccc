/** How long a candidate still has. It stands while the clock stands, and while nothing is heard from the hub. */
import type { ExamSession } from "@/api/types";
import { t } from "@/text/text";
import { duration, utc } from "@/time/format";
import { useKnownNow } from "@/time/now";

/** The clock was set going once. */
const STANDING: readonly ExamSession["state"][] = ["paused", "on_break"];

export function TimeLeft({ session }: { session: ExamSession }) {
  const now = useKnownNow();
  if (session.left_s !== null && session.left_s !== undefined) {
    return (
      <span className="tabular text-ink-2">
        {t(STANDING.includes(session.state) ? "exam-session.stands" : "exam-session.planned", {
          time: duration(session.left_s * 1000, false),
        })}
      </span>
    );
  }
  if (!session.ends_at) return <span className="text-ink-3">{t("booth.unknown")}</span>;
  const end = Date.parse(session.ends_at);
  const left = end - now;
  return (
    <time dateTime={session.ends_at} title={utc(end)} className={`tabular ${left < 0 ? "text-medium" : ""}`}>
      {left < 0
        ? t("exam-session.over-time", { time: duration(-left, false) })
        : t("exam-session.left", { time: duration(left, false) })}
    </time>
  );
}
