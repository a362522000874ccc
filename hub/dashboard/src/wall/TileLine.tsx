/** The one line under a tile's picture: booth, candidate, time left. */
import type { ReactNode } from "react";
import { t } from "@/text/text";
import { clock, duration, utc } from "@/time/format";
import { hubNow, useKnownNowAs } from "@/time/now";
import { running, timeLeftMs } from "@/wall/states";
import type { TileBooth } from "@/wall/tile";

const MINUTE_MS = 60_000;
/** From here on seconds count. */
const SHORT_MS = 5 * MINUTE_MS;

/** Up to here minutes are said as they are counted: two hours fit in a narrow tile. */
const LONG_MIN = 120;

/** `2 h 12 min`, `97 min`, `4 min 10 s`; over the time, how much it is over. */
export function shortTime(leftMs: number): string {
  if (leftMs < 0) return t("wall.over", { time: duration(-leftMs, false) });
  if (leftMs < SHORT_MS) return duration(leftMs, false);
  const minutes = Math.ceil(leftMs / MINUTE_MS);
  if (minutes < LONG_MIN) return t("time.min", { min: minutes });
  return t("time.h-min", { h: Math.floor(minutes / 60), min: minutes % 60 });
}

function TimeLeft({ booth }: { booth: TileBooth }) {
  const shown = useKnownNowAs((now) => {
    const left = timeLeftMs(booth, now);
    return left === null ? "" : shortTime(left);
  });
  const short = useKnownNowAs((now) => (timeLeftMs(booth, now) ?? SHORT_MS) < SHORT_MS);
  const session = running(booth);
  if (!shown || !session) return null;
  const stands = session.left_s !== null;
  const end = session.ends_at === null ? null : Date.parse(session.ends_at);
  return (
    <span
      title={
        end === null ? t("wall.left-stands") : `${t("wall.left-until", { time: clock(end, hubNow()) })} (${utc(end)})`
      }
      className={`tabular ml-auto shrink-0 whitespace-nowrap pl-1 text-xs ${short && !stands ? "font-medium text-medium" : "text-ink-2"}`}
    >
      <span className="sr-only">{t("wall.left")} </span>
      {shown}
    </span>
  );
}

/** Who sits there; before the exam, who is to come and when. */
function Candidate({ booth }: { booth: TileBooth }) {
  const session = booth.exam_session;
  if (!session) return null;
  if (running(booth)) {
    return (
      <span title={`${session.candidate_name} · ${session.exam_name}`} className="min-w-0 truncate text-ink-2">
        {session.candidate_name}
      </span>
    );
  }
  if (session.state !== "scheduled") return null;
  const start = Date.parse(session.scheduled_start);
  return (
    <span title={utc(start)} className="min-w-0 truncate text-ink-3 text-xs">
      {t("wall.next", { name: session.candidate_name, time: clock(start, hubNow()).slice(0, -3) })}
    </span>
  );
}

/** `children` is the booth's name as a link. */
export function TileLine({ booth, children }: { booth: TileBooth; children: ReactNode }) {
  return (
    <div className="flex @max-[208px]:flex-wrap items-baseline gap-x-2">
      <span className="max-w-full shrink-0 truncate">{children}</span>
      <span className="@max-[208px]:order-3 @max-[208px]:min-h-[18px] @max-[208px]:w-full flex min-w-0">
        <Candidate booth={booth} />
      </span>
      <TimeLeft booth={booth} />
    </div>
  );
}
