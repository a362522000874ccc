/** What the queue says where nothing waits, and the shape of what comes. */
import { Link } from "@tanstack/react-router";
import { CheckCheck } from "lucide-react";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";

type EmptyProps = { filtered: boolean; others: number; onClear: () => void };

export function Empty({ filtered, others, onClear }: EmptyProps) {
  if (filtered) {
    return (
      <div className="panel">
        <Notice title={t("review.filtered")} detail={others > 0 ? count("review.filtered-others", others) : ""}>
          <Button onClick={onClear}>{t("feed.filtered-action")}</Button>
        </Notice>
      </div>
    );
  }
  return (
    <div className="panel pt-10" data-testid="all-reviewed">
      <CheckCheck size={28} strokeWidth={1.6} aria-hidden="true" className="mx-auto -mb-10 text-accent" />
      <Notice
        title={t(others > 0 ? "review.empty-mine" : "review.empty")}
        detail={others > 0 ? count("review.empty-others", others) : t("review.empty-detail")}
      >
        <Link
          to="/violations"
          className="inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover"
        >
          {t("review.to-violations")}
        </Link>
        <Link
          to="/review/rates"
          className="inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover"
        >
          {t("review.to-rates")}
        </Link>
      </Notice>
    </div>
  );
}

/** Everything that was loaded is decided. */
export function Done({ onRenew }: { onRenew: () => void }) {
  return (
    <div className="lg:col-span-2">
      <Notice title={t("review.all-done")} detail={t("review.all-done-detail")}>
        <Button look="ink" onClick={onRenew}>
          {t("review.renew")}
        </Button>
      </Notice>
    </div>
  );
}

const ROWS = ["a", "b", "c", "d", "e", "f", "g"];

export function QueueSkeleton({ bare = false }: { bare?: boolean }) {
  return (
    <div className={`grid gap-4 p-4 lg:grid-cols-[240px_minmax(0,1fr)_240px] ${bare ? "" : "panel"}`}>
      <Loading />
      <div className="flex flex-col gap-4">
        {ROWS.map((key) => (
          <div key={key} className="flex flex-col gap-2">
            <Skeleton className="h-3.5 w-4/5" />
            <Skeleton className="h-3 w-2/5" />
          </div>
        ))}
      </div>
      <Skeleton className="aspect-[4/3] w-full rounded-lg" />
      <div className="flex flex-col gap-3">
        <Skeleton className="aspect-[4/3] w-full rounded-lg" />
        <Skeleton className="h-3.5 w-3/5" />
        <Skeleton className="h-3 w-2/5" />
      </div>
    </div>
  );
}
