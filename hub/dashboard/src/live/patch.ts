/** Puts live messages into the query cache, so that lists move without asking the hub again. */
import { type InfiniteData, notifyManager, type QueryClient } from "@tanstack/react-query";
import { keys, recentSince, type ViolationFilter } from "@/api/queries";
import type { Booth, BoothList, ExamSession, Gap, GapList, LiveMessage, Violation, ViolationList } from "@/api/types";
import { applyExamSession } from "@/exam-sessions/queries";
import { applyReviewed, eachQueued } from "@/review/queries";
import { setHubTime } from "@/time/now";

type Feed = InfiniteData<ViolationList, string | null>;

export function matches(violation: Violation, filter: ViolationFilter): boolean {
  return (
    (filter.booth_id === undefined || filter.booth_id === violation.booth_id) &&
    (filter.exam_session === undefined || filter.exam_session === violation.exam_session_id) &&
    (filter.kind === undefined || filter.kind === violation.kind) &&
    (filter.severity === undefined || filter.severity === violation.severity) &&
    (filter.review === undefined || filter.review.includes(violation.review)) &&
    (filter.open === undefined || filter.open === (violation.ended_at == null))
  );
}

export function patchBooths(list: BoothList, booth: Booth): BoothList {
  const known = list.items.some((item) => item.booth_id === booth.booth_id);
  const items = known
    ? list.items.map((item) => (item.booth_id === booth.booth_id ? booth : item))
    : [...list.items, booth];
  return { ...list, items };
}

/** The exam session on each tile that shows it. A candidate's own step moves the exam session, not the booth. */
export function patchSitting(list: BoothList, session: ExamSession): BoothList {
  if (!list.items.some((booth) => booth.exam_session?.exam_session_id === session.exam_session_id)) return list;
  const items = list.items.map((booth) =>
    booth.exam_session?.exam_session_id === session.exam_session_id
      ? { ...booth, exam_session: booth.booth_id === session.booth_id ? session : null }
      : booth,
  );
  return { ...list, items };
}

/** Replaces the violation where it is; a new one goes to its place by `opened_at`, newest first. */
export function patchFeed(feed: Feed, violation: Violation, filter: ViolationFilter): Feed {
  const wanted = matches(violation, filter);
  let found = false;
  const pages = feed.pages.map((page) => {
    if (!page.items.some((item) => item.violation_id === violation.violation_id)) return page;
    found = true;
    const items = page.items.flatMap((item) =>
      item.violation_id !== violation.violation_id ? [item] : wanted ? [violation] : [],
    );
    return { ...page, items };
  });
  const told = filter.q === undefined && filter.order === undefined;
  if (found || !wanted || !told) return { ...feed, pages };
  return { ...feed, pages: insert(pages, violation) };
}

function insert(pages: ViolationList[], violation: Violation): ViolationList[] {
  const opened = Date.parse(violation.opened_at);
  const older = (item: Violation) => Date.parse(item.opened_at) <= opened;
  const at = pages.findIndex((page) => page.items.some(older));
  if (at === -1) {
    // Older than all that is loaded: it belongs to a page not fetched yet, unless there is none left.
    const last = pages.at(-1);
    if (!last || last.next != null) return pages;
    return [...pages.slice(0, -1), { ...last, items: [...last.items, violation] }];
  }
  return pages.map((page, index) => {
    if (index !== at) return page;
    const place = page.items.findIndex(older);
    return { ...page, items: page.items.toSpliced(place, 0, violation) };
  });
}

/**
 * Several at once, the newest word on each last: the list of a busy hall holds thousands. What ended before `since`
 * leaves it: a page may stay open for a day.
 */
export function patchRecent(
  list: Violation[],
  violations: readonly Violation[],
  boothId: string | null,
  since = 0,
): Violation[] {
  const latest = new Map<string, Violation>();
  for (const violation of violations) {
    if (boothId === null || boothId === violation.booth_id) latest.set(violation.violation_id, violation);
  }
  if (latest.size === 0) return list;
  const stays = (item: Violation) => item.ended_at == null || Date.parse(item.ended_at) > since;
  return [
    ...[...latest.values()].toReversed(),
    ...list.filter((item) => !latest.has(item.violation_id) && stays(item)),
  ];
}

export function patchGaps(list: GapList, gap: Gap, boothId: string | null): GapList {
  if (boothId !== null && boothId !== gap.booth_id) return list;
  return { ...list, items: [gap, ...list.items.filter((item) => item.gap_id !== gap.gap_id)] };
}

/** The same violation, or a copy in which the file that arrived is available. */
export function arrived(violation: Violation, sha256: string): Violation {
  if (!violation.evidence?.some((file) => file.sha256 === sha256 && !file.available)) return violation;
  const evidence = violation.evidence.map((file) => (file.sha256 === sha256 ? { ...file, available: true } : file));
  return { ...violation, evidence } as Violation;
}

function eachViolation(client: QueryClient, change: (violation: Violation) => Violation): void {
  client.setQueriesData<Feed>(
    { queryKey: keys.feeds },
    (feed) => feed && { ...feed, pages: feed.pages.map((page) => ({ ...page, items: page.items.map(change) })) },
  );
  eachQueued(client, change);
  client.setQueriesData<Violation[]>({ queryKey: keys.recents }, (list) => list?.map(change));
  client.setQueriesData<Violation>({ queryKey: keys.ones }, (one) => one && change(one));
}

function patchViolations(client: QueryClient, violations: readonly Violation[]): void {
  for (const [key, feed] of client.getQueriesData<Feed>({ queryKey: keys.feeds })) {
    const put = (before: Feed, violation: Violation) => patchFeed(before, violation, key[2] as ViolationFilter);
    if (feed) client.setQueryData<Feed>(key, violations.reduce(put, feed));
  }
  for (const [key, list] of client.getQueriesData<Violation[]>({ queryKey: keys.recents })) {
    const { boothId, minutes } = key[2] as { boothId: string | null; minutes: number };
    if (list) client.setQueryData<Violation[]>(key, patchRecent(list, violations, boothId, recentSince(minutes)));
  }
  for (const violation of violations) {
    client.setQueryData<Violation>(keys.one(violation.violation_id), (one) => one && violation);
    applyReviewed(client, violation);
  }
}

/** Messages of one type that follow each other: their order among other types is kept. */
function runs(messages: readonly LiveMessage[]): LiveMessage[][] {
  const found: LiveMessage[][] = [];
  for (const message of messages) {
    const last = found.at(-1);
    if (last?.[0]?.type === message.type) last.push(message);
    else found.push([message]);
  }
  return found;
}

type Of<Type extends LiveMessage["type"]> = Extract<LiveMessage, { type: Type }>;

function those<Type extends LiveMessage["type"]>(run: readonly LiveMessage[], type: Type): Of<Type>[] {
  return run.filter((message): message is Of<Type> => message.type === type);
}

/** All of them, oldest first. Each list is written once for all that came together, and told of once. */
export function applyLive(client: QueryClient, messages: readonly LiveMessage[]): void {
  notifyManager.batch(() => {
    for (const run of runs(messages)) applyRun(client, run);
  });
}

function applyRun(client: QueryClient, run: readonly LiveMessage[]): void {
  switch (run[0]?.type) {
    case "booth": {
      const booths = those(run, "booth").map(({ booth }) => booth);
      client.setQueryData<BoothList>(keys.booths, (list) => list && booths.reduce(patchBooths, list));
      return;
    }
    case "violation":
      patchViolations(
        client,
        those(run, "violation").map(({ violation }) => violation),
      );
      return;
    case "exam_session": {
      const sessions = those(run, "exam_session").map((message) => message.exam_session);
      client.setQueryData<BoothList>(keys.booths, (list) => list && sessions.reduce(patchSitting, list));
      for (const session of sessions) applyExamSession(client, session);
      return;
    }
    case "evidence": {
      const files = those(run, "evidence").map(({ sha256 }) => sha256);
      eachViolation(client, (violation) => files.reduce(arrived, violation));
      return;
    }
    case "gap":
      for (const { gap } of those(run, "gap")) patchGap(client, gap);
      return;
    case "hello":
    case "beat":
      for (const message of run) if ("at" in message) setHubTime(message.at);
  }
}

function patchGap(client: QueryClient, gap: Gap): void {
  for (const [key, list] of client.getQueriesData<GapList>({ queryKey: keys.allGaps })) {
    const { boothId } = key[1] as { boothId: string | null };
    if (list) client.setQueryData<GapList>(key, patchGaps(list, gap, boothId));
  }
}
