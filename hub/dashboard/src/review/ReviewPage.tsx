/** The review queue: what waits at the left, what happened in the middle, whose it was at the right; keys do everything. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { evidenceUrl } from "@/api/client";
import { boxesQuery, meQuery } from "@/api/queries";
import type { Me, Violation } from "@/api/types";
import { examSessionQuery, flagsQuery } from "@/exam-sessions/queries";
import { evidenceOf } from "@/footage/Footage";
import { Context } from "@/review/Context";
import { alike, type DismissalReason, foreseen, type Given, own } from "@/review/decision";
import { useMarked } from "@/review/Marked";
import { Done, Empty, QueueSkeleton } from "@/review/Nothing";
import { Progress, usePace } from "@/review/Progress";
import { QueueFilters } from "@/review/QueueFilters";
import { QueueList } from "@/review/QueueList";
import { aroundQuery, historyQuery, type QueueFilter } from "@/review/queries";
import { ReviewState } from "@/review/ReviewState";
import { Stage, togglePlay } from "@/review/Stage";
import type { QueueSearch } from "@/review/search";
import { useDecide } from "@/review/useDecide";
import { useHolding } from "@/review/useHolding";
import { useQueue } from "@/review/useQueue";
import { Verdict } from "@/review/Verdict";
import { Why } from "@/review/Why";
import { count, t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useToast } from "@/ui/Toasts";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";

/** How long one key takes the last decision back, wherever one is by then. */
const UNDO_MS = 5000;

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

/** What comes next is loaded while this one is looked at. */
function NextUp({ violation }: { violation: Violation }) {
  const client = useQueryClient();
  const id = violation.violation_id;
  const clip = evidenceOf(violation, "clip");
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each violation
  useEffect(() => {
    const boxes = evidenceOf(violation, "boxes");
    const session = violation.exam_session_id;
    if (boxes?.available) void client.prefetchQuery(boxesQuery(boxes.sha256));
    if (session) {
      void client.prefetchQuery({ ...examSessionQuery(session), staleTime: 60_000 });
      void client.prefetchQuery({ ...flagsQuery(session), staleTime: 60_000 });
    }
    void client.prefetchQuery({ ...aroundQuery(violation), staleTime: 60_000 });
    void client.prefetchQuery({ ...historyQuery(id), staleTime: 10_000 });
  }, [id]);
  if (!clip?.available) return null;
  return <video src={evidenceUrl(clip.sha256)} preload="auto" muted hidden aria-hidden="true" tabIndex={-1} />;
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

type Last = { before: Violation[]; after: Violation[]; at: number };

function Review({ me }: { me: Me }) {
  const search = useSearch({ from: "/shell/review" });
  const navigate = useNavigate();
  const { at, violation: _, ...filters } = search as QueueSearch & { violation?: string };
  const go = (id: string | undefined) =>
    navigate({ to: "/review", search: { ...filters, ...(id ? { at: id } : {}) }, replace: true });
  const queue = useQueue(filterOf(filters), at, me.username, go);
  const { decide, undo } = useDecide(me);
  const held = useHolding(queue.current?.violation_id);
  const marked = useMarked(queue.current?.exam_session_id);
  const pace = usePace();
  const say = useToast();
  const stage = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const last = useRef<Last | null>(null);
  const [note, setNote] = useState("");
  const [asking, ask] = useState(false);
  const [owed, owe] = useState(false);
  const current = queue.current;
  const id = current?.violation_id;
  const now = useKnownNow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is about one violation
  useEffect(() => {
    setNote("");
    ask(false);
    owe(false);
  }, [id]);

  const targets = queue.chosenItems.length > 0 ? queue.chosenItems : current ? [current] : [];
  const takeBack = ({ before, after }: Last) => {
    last.current = null;
    undo(before, after);
    pace.undone(before.length);
    go(before[0]?.violation_id);
  };
  const conclude = (given: Given) => {
    if (targets.length === 0) return;
    const after = targets.map((each) => foreseen(each, me, given));
    const done: Last = { before: targets, after, at: Date.now() };
    decide(targets, given);
    pace.done(targets.length);
    last.current = done;
    const verdict = t(`review.decided.${given.decision}`);
    const what = targets.length > 1 ? count("review.some", targets.length) : sentence(targets[0] as Violation, now);
    say({ text: `${verdict}: ${what}`, undo: () => takeBack(done) });
    ask(false);
    owe(false);
    setNote("");
    queue.chooseNone();
    field.current?.blur();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const to = queue.next;
    if (to && !targets.includes(to)) go(to.violation_id);
    else if (current) go(current.violation_id);
  };
  const words = note.trim();
  const confirm = () => conclude({ decision: "confirmed", note: words });
  const dismissFor = (reason: DismissalReason) => {
    if (reason === "other" && !words) {
      ask(false);
      owe(true);
      field.current?.focus();
      return;
    }
    conclude({ decision: "dismissed", reason, note: words });
  };
  const back = () => {
    const done = last.current;
    if (done && Date.now() - done.at <= UNDO_MS) return takeBack(done);
    const mine = current && own(current, me.username);
    if (!current || !mine) return say({ text: t("review.undo-none") });
    const bare = { ...current, reviews: (current.reviews ?? []).filter((each) => each !== mine) } as Violation;
    undo([{ ...bare, review: bare.reviews?.length ? current.review : "unreviewed" } as Violation], [current]);
  };
  const page = () => {
    const focused = document.activeElement;
    return !(focused instanceof HTMLElement && focused.closest("button, a, video, summary"));
  };
  const acts: Record<string, () => unknown> = {
    c: confirm,
    d: () => targets.length > 0 && ask(true),
    n: () => queue.step(1),
    j: () => queue.step(1),
    p: () => queue.step(-1),
    k: () => queue.step(-1),
    e: () => field.current?.focus(),
    u: back,
    f: () => marked.take(marked.first),
    x: () => current && queue.toggle(current),
    a: () => current && queue.chooseAlike(current),
  };
  const upper = Object.fromEntries(Object.entries(acts).map(([key, act]) => [key.toUpperCase(), act]));
  useKeys({
    ...acts,
    ...upper,
    " ": () => page() && togglePlay(stage.current),
    Escape: () => queue.chosen.size > 0 && queue.chooseNone(),
  });

  const { query, items, waiting } = queue;
  const total = query.data?.pages.at(-1)?.waiting ?? 0;
  const filtered = Object.keys(filters).length > 0;
  const same = current ? waiting.filter((item) => alike(item, current)).length : 0;
  const renew = async () => {
    await queue.renew();
    await go(undefined);
  };
  return (
    <Page
      title={t("review.title")}
      aside={
        query.data && (
          <div className="ml-auto flex flex-wrap items-center gap-3">
            {queue.fresh.length > 0 && (
              <Button size="sm" onClick={renew}>
                {count("review.fresh", queue.fresh.length)}
              </Button>
            )}
            <Progress pace={pace} waiting={total} />
          </div>
        )
      }
    >
      <QueueFilters
        value={filters}
        onChange={(next) => {
          queue.chooseNone();
          void navigate({ to: "/review", search: next, replace: true });
        }}
      />
      {query.isPending ? (
        <QueueSkeleton />
      ) : query.isError && items.length === 0 ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : items.length === 0 && !at ? (
        <Empty filtered={filtered} others={total} onClear={() => navigate({ to: "/review", search: {} })} />
      ) : (
        <div className="panel grid overflow-hidden md:grid-cols-[232px_minmax(0,1fr)] lg:h-[calc(100dvh-210px)] lg:min-h-[480px] lg:grid-cols-[224px_minmax(0,1fr)_236px] xl:grid-cols-[288px_minmax(0,1fr)_320px] 2xl:h-[calc(100dvh-200px)]">
          <div className="flex min-h-0 flex-col border-line border-b md:row-span-2 md:border-r md:border-b-0 lg:row-span-1">
            {(queue.chosen.size > 0 || same > 1) && (
              <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-line border-b bg-sunken px-3 py-1.5 text-xs">
                {queue.chosen.size > 0 && <span role="status">{count("review.chosen", queue.chosen.size)}</span>}
                {queue.chosen.size > 0 ? (
                  <Button size="sm" look="bare" className="ml-auto h-6" onClick={queue.chooseNone}>
                    {t("review.choose-none")}
                  </Button>
                ) : (
                  <button
                    type="button"
                    className="min-h-6 text-left text-ink-2 underline-offset-2 hover:text-ink hover:underline"
                    onClick={() => current && queue.chooseAlike(current)}
                  >
                    {t("review.choose-alike", { count: same })} <kbd className="font-mono text-2xs">A</kbd>
                  </button>
                )}
              </div>
            )}
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
          {waiting.length === 0 && !query.hasNextPage && !at ? (
            <Done onRenew={renew} />
          ) : current ? (
            <>
              <div className="flex min-h-0 min-w-0 flex-col" data-testid="review-middle">
                <section
                  aria-label={t("review.looked-at")}
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
                  tabIndex={0}
                  className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto pb-3 outline-offset-[-2px]"
                >
                  <Head violation={current} username={me.username} />
                  {waiting.length === 0 && !query.hasNextPage && (
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
                <Verdict
                  some={targets.length}
                  note={note}
                  onNote={setNote}
                  field={field}
                  asking={asking}
                  owed={owed}
                  onConfirm={confirm}
                  onDismiss={() => ask(!asking)}
                  onReason={dismissFor}
                  onClose={() => {
                    ask(false);
                    owe(false);
                    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
                  }}
                />
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
          ) : (
            <div className="lg:col-span-2">
              {queue.missing ? (
                <Notice title={t("violation.missing")} detail={t("violation.missing-detail")}>
                  <Button onClick={() => go(undefined)}>{t("review.to-queue")}</Button>
                </Notice>
              ) : (
                <QueueSkeleton bare />
              )}
            </div>
          )}
        </div>
      )}
      {queue.next && <NextUp key={queue.next.violation_id} violation={queue.next} />}
    </Page>
  );
}

export function ReviewPage() {
  const me = useQuery(meQuery).data;
  return me ? <Review me={me} /> : null;
}
