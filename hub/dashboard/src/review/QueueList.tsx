/** The queue at the left: the most severe first, then the oldest. What was decided stays until the queue is asked anew. */
import { Eye } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Held, Violation } from "@/api/types";
import { waits } from "@/review/decision";
import { ReviewState } from "@/review/ReviewState";
import { t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { When } from "@/time/When";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";

type RowProps = {
  violation: Violation;
  username: string;
  here: boolean;
  chosen: boolean;
  held: Held | undefined;
  onOpen: () => void;
  onChoose: () => void;
};

function Row({ violation, username, here, chosen, held, onOpen, onChoose }: RowProps) {
  const now = useKnownNow();
  const open = waits(violation, username);
  const said = sentence(violation, now);
  return (
    <li
      data-testid="queue-row"
      data-violation-id={violation.violation_id}
      data-waits={open}
      className={`relative flex items-start gap-1 border-line border-b py-1.5 pr-2 pl-1 [contain-intrinsic-size:auto_72px] [content-visibility:auto] last:border-b-0 ${here ? "bg-hover shadow-[inset_3px_0_0_var(--accent)]" : "hover:bg-hover"}`}
    >
      <label className="relative z-10 grid size-7 shrink-0 cursor-pointer place-items-center">
        <input
          type="checkbox"
          aria-label={t("review.choose-one", { sentence: said })}
          checked={chosen}
          disabled={!open}
          onChange={onChoose}
          className="size-4 accent-accent disabled:opacity-40"
        />
      </label>
      <div className="min-w-0 flex-1 py-0.5">
        <button
          type="button"
          onClick={onOpen}
          aria-current={here || undefined}
          className="tabular flex w-full items-start gap-1.5 text-left outline-offset-[-2px] after:absolute after:inset-0"
        >
          <span className="flex h-[18px] items-center">
            <SeverityMark severity={violation.severity} size={13} />
          </span>
          <span
            className={`line-clamp-2 ${open ? "font-medium" : "text-ink-3"} ${violation.review === "dismissed" ? "line-through" : ""}`}
          >
            {said}
          </span>
        </button>
        <p className="mt-0.5 flex min-w-0 items-center gap-1 text-ink-3 text-xs">
          <span className="truncate">{violation.candidate_name ?? violation.booth_name}</span>
          <span className="ml-auto shrink-0">
            <When at={violation.opened_at} show="age" />
          </span>
        </p>
        {(held || !open || violation.review !== "unreviewed" || violation.reviews_hidden > 0) && (
          <p className="mt-1 flex flex-wrap gap-1">
            {(!open || violation.review !== "unreviewed" || violation.reviews_hidden > 0) && (
              <ReviewState violation={violation} username={username} />
            )}
            {held && (
              <span className="inline-flex h-5 items-center gap-1 text-2xs text-ink-2">
                <Eye size={12} aria-hidden="true" />
                {t("review.held", { name: held.display_name || held.username })}
              </span>
            )}
          </p>
        )}
      </div>
    </li>
  );
}

type Props = {
  items: readonly Violation[];
  current: Violation | undefined;
  username: string;
  chosen: ReadonlySet<string>;
  held: ReadonlyMap<string, Held>;
  onOpen: (id: string) => void;
  onChoose: (violation: Violation) => void;
};

export function QueueList({ items, current, username, chosen, held, onOpen, onChoose }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const here = current?.violation_id;
  useEffect(() => {
    list.current?.querySelector(`[data-violation-id="${here}"]`)?.scrollIntoView({ block: "nearest" });
  }, [here]);
  return (
    <ol ref={list} data-testid="queue" aria-label={t("review.queue")}>
      {items.map((violation) => (
        <Row
          key={violation.violation_id}
          violation={violation}
          username={username}
          here={violation.violation_id === here}
          chosen={chosen.has(violation.violation_id)}
          held={held.get(violation.violation_id)}
          onOpen={() => onOpen(violation.violation_id)}
          onChoose={() => onChoose(violation)}
        />
      ))}
    </ol>
  );
}
