/** Every decision about a violation, also those replaced; what must not sway a second look is told of and not shown. */
import { useQuery } from "@tanstack/react-query";
import { EyeOff } from "lucide-react";
import type { Violation } from "@/api/types";
import { historyQuery } from "@/review/queries";
import { count, t } from "@/text/text";
import { When } from "@/time/When";

export function History({ violation }: { violation: Violation }) {
  const { data } = useQuery(historyQuery(violation.violation_id));
  const items = data?.items ?? [];
  const hidden = data?.hidden ?? violation.reviews_hidden;
  return (
    <div data-testid="history">
      {hidden > 0 && (
        <p className="flex gap-2 rounded-md bg-sunken p-2 text-ink-2 text-xs">
          <EyeOff size={14} aria-hidden="true" className="mt-px shrink-0" />
          {count("review.hidden", hidden)}
        </p>
      )}
      {data && items.length === 0 && hidden === 0 && <p className="py-1 text-ink-3">{t("review.history-none")}</p>}
      <ol className="divide-y divide-line">
        {items.map((review) => (
          <li key={review.review_id} className="py-1.5 text-xs">
            <p className="text-sm">
              <strong className="font-medium">{t(`review.decided.${review.decision}`)}</strong>
              {review.reason_code && <span> · {t(`review.reason.${review.reason_code}`)}</span>}
            </p>
            {review.note && <p className="break-words text-ink-2">{review.note}</p>}
            <p className="text-ink-3">
              {review.display_name || review.username} · <When at={review.decided_at} show="clock" />
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}
