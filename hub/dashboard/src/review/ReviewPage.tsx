/** The review queue: what waits at the left, what happened in the middle, whose it was at the right; keys do everything. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { meQuery } from "@/api/queries";
import type { Me, Violation } from "@/api/types";
import { Context } from "@/review/Context";
import { alike } from "@/review/decision";
import { useMarked } from "@/review/Marked";
import { NextUp } from "@/review/NextUp";
import { Done, Empty, QueueSkeleton } from "@/review/Nothing";
import { Progress, usePace } from "@/review/Progress";
import { QueueFilters } from "@/review/QueueFilters";
import { QueueList } from "@/review/QueueList";
import type { QueueFilter } from "@/review/queries";
import { ReviewState } from "@/review/ReviewState";
import { SelectionBar } from "@/review/SelectionBar";
import { Stage } from "@/review/Stage";
import type { QueueSearch } from "@/review/search";
import { useHolding } from "@/review/useHolding";
import { useQueue } from "@/review/useQueue";
import { useReviewing } from "@/review/useReviewing";
import { Verdict } from "@/review/Verdict";
import { Why } from "@/review/Why";
import { count, t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";

export function filterOf({ severity, kind, booth, session, q, contested }: QueueSearch): QueueFilter {
  return {
    ...(severity ? { severity } : {}),
    ...(kind ? { kind: [kind] } : {}),
    ...(booth ? { booth_id: booth } : {}),
    ...(session ? { exam_session: session } : {}),
    ...(q ? { q } : {}),
    ...(contested ? { review: ["contested"] } : {}),
  };
}

function Head({ violation, username }: { violation: Violation; username: string }) {
  const now = useKnownNow();
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 pt-3">
      <SeverityMark severity={violation.severity} size={17} />
      <h2 className="tabular min-w-0 font-semibold text-base" data-testid="before-me">
        {sentence(violation, now)}
      </h2>
      <ReviewState violation={violation} username={username} />
    </div>
  );
}

function Review({ me }: { me: Me }) {
  const search = useSearch({ from: "/shell/review" });
  const navigate = useNavigate();
  const { at, violation: _, ...filters } = search as QueueSearch & { violation?: string };
  const go = (id: string | undefined) =>
    navigate({ to: "/review", search: { ...filters, ...(id ? { at: id } : {}) }, replace: true });
  const queue = useQueue(filterOf(filters), at, me.username, go);
  const { query, items, waiting, current } = queue;
  const held = useHolding(current?.violation_id);
  const marked = useMarked(current?.exam_session_id);
  const pace = usePace();
  const stage = useRef<HTMLDivElement>(null);
  const verdict = useReviewing({ me, queue, marked, pace, stage, go });

  const total = query.data?.pages.at(-1)?.waiting ?? 0;
  const done = waiting.length === 0 && !query.hasNextPage;
  const renew = async () => {
    await queue.renew();
    pace.renewed();
    await go(undefined);
  };
  const narrow = (next: QueueSearch) => {
    queue.chooseNone();
    void navigate({ to: "/review", search: next, replace: true });
  };
  const aside = items.length > 0 && (
    <div className="ml-auto flex flex-wrap items-center gap-3">
      {queue.fresh.length > 0 && (
        <Button size="sm" onClick={renew}>
          {count("review.fresh", queue.fresh.length)}
        </Button>
      )}
      <Progress pace={pace} waiting={total} />
    </div>
  );
  const middle = current && (
    <>
      <div className="flex min-h-0 min-w-0 flex-col" data-testid="review-middle">
        <section
          aria-label={t("review.looked-at")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
          tabIndex={0}
          className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto pb-3 outline-offset-[-2px]"
        >
          <Head violation={current} username={me.username} />
          {done && (
            <p role="status" className="mx-3 flex items-center gap-3 rounded-md bg-sunken px-3 py-2">
              {t("review.all-done")}
              <Button size="sm" onClick={renew}>
                {t("review.renew")}
              </Button>
            </p>
          )}
          <div className="px-3">
            <Stage violation={current} stage={stage} />
          </div>
          <div className="px-3">
            <Why violation={current} />
          </div>
        </section>
        <Verdict {...verdict} />
      </div>
      <aside
        aria-label={t("review.context")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
        tabIndex={0}
        className="min-h-0 outline-offset-[-2px] overflow-y-auto border-line border-t lg:border-t-0 lg:border-l"
      >
        <Context violation={current} marked={marked} />
      </aside>
    </>
  );
  const apart = (
    <div className="lg:col-span-2">
      {queue.missing ? (
        <Notice title={t("violation.missing")} detail={t("violation.missing-detail")}>
          <Button onClick={() => go(undefined)}>{t("review.to-queue")}</Button>
        </Notice>
      ) : done ? (
        <Done onRenew={renew} />
      ) : (
        <QueueSkeleton bare />
      )}
    </div>
  );
  const board = (
    <div className="panel grid overflow-hidden md:grid-cols-[232px_minmax(0,1fr)] lg:h-[calc(100dvh-210px)] lg:min-h-[480px] lg:grid-cols-[224px_minmax(0,1fr)_236px] xl:grid-cols-[288px_minmax(0,1fr)_320px]">
      <div className="flex min-h-0 flex-col border-line border-b md:row-span-2 md:border-r md:border-b-0 lg:row-span-1">
        <SelectionBar
          chosen={queue.chosen.size}
          alike={current ? waiting.filter((item) => alike(item, current)).length : 0}
          onAlike={() => current && queue.chooseAlike(current)}
          onNone={queue.chooseNone}
        />
        <div className="max-h-[40dvh] min-h-0 flex-1 overflow-y-auto md:max-h-none">
          <QueueList
            items={items}
            current={current}
            username={me.username}
            chosen={queue.chosen}
            held={held}
            onOpen={go}
            onChoose={queue.toggle}
          />
          {query.isFetchingNextPage && <p className="p-3 text-center text-ink-3 text-xs">{t("table.loading")}</p>}
        </div>
      </div>
      {middle ?? apart}
    </div>
  );
  return (
    <Page title={t("review.title")} aside={aside}>
      <QueueFilters value={filters} onChange={narrow} />
      {query.isPending ? (
        <QueueSkeleton />
      ) : query.isError && items.length === 0 ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : items.length === 0 && !at ? (
        <Empty filtered={Object.keys(filters).length > 0} others={total} onClear={() => narrow({})} />
      ) : (
        board
      )}
      {queue.next && <NextUp key={queue.next.violation_id} violation={queue.next} />}
    </Page>
  );
}

export function ReviewPage() {
  const me = useQuery(meQuery).data;
  return me ? <Review me={me} /> : null;
}
