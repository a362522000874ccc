/** Two minutes before and after: violations, steps, words to the candidate, moments that somebody marked. */
import { useQuery } from "@tanstack/react-query";
import { Flag as FlagMark, MessageSquare, Milestone } from "lucide-react";
import type { ReactNode } from "react";
import type { Flag, Violation } from "@/api/types";
import { flagsQuery, messagesQuery, stepsQuery } from "@/exam-sessions/queries";
import { type Beside, beside, nearest, offset } from "@/review/around";
import { aroundQuery } from "@/review/queries";
import { count, named, t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";

const ICON = "shrink-0 text-ink-3";

function Entry({ item, now }: { item: Beside; now: number }): ReactNode {
  switch (item.of) {
    case "violation":
      return (
        <>
          <SeverityMark severity={item.violation.severity} size={13} />
          <span className="min-w-0">{sentence(item.violation, now)}</span>
        </>
      );
    case "step":
      return (
        <>
          <Milestone size={13} aria-hidden="true" className={ICON} />
          <span className="min-w-0">
            {named("act", item.step.action)}
            {item.step.reason && <span className="text-ink-3"> · {item.step.reason}</span>}
          </span>
        </>
      );
    case "message":
      return (
        <>
          <MessageSquare size={13} aria-hidden="true" className={ICON} />
          <span className="min-w-0 break-words">
            {t(item.message.kind === "warning" ? "review.warned" : "review.said", { text: item.message.text })}
          </span>
        </>
      );
    case "flag":
      return (
        <>
          <FlagMark size={13} aria-hidden="true" className={ICON} />
          <span className="min-w-0 break-words">
            {item.flag.note} <span className="text-ink-3">· {item.flag.display_name}</span>
          </span>
        </>
      );
  }
}

export function Around({ violation }: { violation: Violation }) {
  const now = useKnownNow();
  const id = violation.exam_session_id ?? "";
  const inSession = { enabled: id !== "" };
  const found = useQuery(aroundQuery(violation));
  const steps = useQuery({ ...stepsQuery(id), ...inSession });
  const messages = useQuery({ ...messagesQuery(id), ...inSession, refetchInterval: false });
  const flags = useQuery({ ...flagsQuery(id), ...inSession });
  const middle = Date.parse(violation.opened_at);
  const items = beside(middle, {
    violations: found.data?.items,
    steps: steps.data?.items,
    messages: messages.data?.items,
    flags: flags.data?.items.filter((flag: Flag) => !flag.withdrawn),
  });
  if (found.isError) return <p className="py-1 text-ink-2">{t("review.around-failed")}</p>;
  const others = items.filter(({ key }) => key !== violation.violation_id);
  if (found.isSuccess && others.length === 0) return <p className="py-1 text-ink-3">{t("review.around-none")}</p>;
  const { before, items: shown, after } = nearest(items, violation.violation_id);
  return (
    <ol className="flex flex-col">
      {before > 0 && <li className="py-1 pl-[52px] text-ink-3 text-xs">{count("review.around-before", before)}</li>}
      {shown.map((item) => {
        const here = item.key === violation.violation_id;
        return (
          <li
            key={item.key}
            aria-current={here || undefined}
            className={`grid grid-cols-[44px_minmax(0,1fr)] gap-2 rounded-sm py-1 text-xs ${here ? "bg-hover font-medium" : ""}`}
          >
            <time dateTime={new Date(item.at).toISOString()} className="tabular pl-1 text-right text-ink-3">
              {offset(item.at, middle)}
            </time>
            <span className="flex items-start gap-1.5 [&>svg]:mt-px">
              <Entry item={item} now={now} />
            </span>
          </li>
        );
      })}
      {after > 0 && <li className="py-1 pl-[52px] text-ink-3 text-xs">{count("review.around-after", after)}</li>}
    </ol>
  );
}
