/** One violation in the feed: picture, sentence, booth, when. The whole row opens it. */
import { Link } from "@tanstack/react-router";
import { memo, type RefObject, useRef } from "react";
import type { Violation } from "@/api/types";
import { t } from "@/text/text";
import { useKnownNowAs } from "@/time/now";
import { When } from "@/time/When";
import { InSight, useInSight } from "@/ui/inSight";
import { SeverityMark, severityFill } from "@/violations/Severity";
import { Snapshot } from "@/violations/Snapshot";
import { sentence } from "@/violations/sentence";

export function Ongoing({ violation }: { violation: Violation }) {
  if (violation.ended_at != null) return null;
  return (
    <span className="inline-flex items-center gap-1.5 rounded-full border border-line-strong px-1.5 text-2xs text-ink-2 leading-4">
      <span className={`size-1.5 rounded-full ${severityFill[violation.severity]}`} />
      {t("feed.ongoing")}
    </span>
  );
}

type Props = { violation: Violation; selected: boolean; fresh: boolean; showBooth?: boolean };

export const FeedItem = memo(function FeedItem(props: Props) {
  const frame = useRef<HTMLElement>(null);
  return (
    <InSight value={useInSight(frame)}>
      <Item frame={frame} {...props} />
    </InSight>
  );
});

function Item({
  frame,
  violation,
  selected,
  fresh,
  showBooth = true,
}: Props & { frame: RefObject<HTMLElement | null> }) {
  const said = useKnownNowAs((now) => sentence(violation, now));
  return (
    <article
      ref={frame}
      data-testid="feed-item"
      data-kind={violation.kind}
      data-severity={violation.severity}
      data-booth-id={violation.booth_id}
      data-violation-id={violation.violation_id}
      data-open={violation.ended_at == null}
      aria-label={`${said}, ${violation.booth_name}`}
      className={`group relative flex gap-3 rounded-lg p-2 transition-colors [contain-intrinsic-size:auto_76px] [content-visibility:auto] hover:bg-hover ${selected ? "bg-hover" : ""} ${fresh ? "animate-arrive" : ""}`}
    >
      <Snapshot violation={violation} className="h-[60px] w-20 shrink-0 rounded-md" />
      <div className="flex min-w-0 flex-1 flex-col justify-center gap-0.5">
        <Link
          to="."
          search={(old) => ({ ...old, violation: violation.violation_id })}
          data-feed-link
          aria-current={selected || undefined}
          className="tabular flex items-start gap-1.5 font-medium text-sm outline-offset-[-2px] after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          <span className="flex h-[18px] items-center">
            <SeverityMark severity={violation.severity} size={13} />
          </span>
          <span className="line-clamp-2">{said}</span>
        </Link>
        <div className="flex min-w-0 items-center gap-1.5 text-ink-3 text-xs">
          {showBooth && (
            <>
              <span className="truncate text-ink-2">{violation.booth_name}</span>
              <span aria-hidden="true">·</span>
            </>
          )}
          <When at={violation.opened_at} show={showBooth ? "age" : "both"} />
          <span className="ml-auto shrink-0 pl-1">
            <Ongoing violation={violation} />
            {violation.ended_at != null && showBooth && <When at={violation.opened_at} show="clock" />}
          </span>
        </div>
      </div>
    </article>
  );
}
