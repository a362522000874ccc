/** Who sits what, where and when: a day, a week, or a list; made, moved and cancelled by those who plan. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { FileUp, Plus, Printer } from "lucide-react";
import { useMemo, useState } from "react";
import { useMay } from "@/api/may";
import { boothsQuery } from "@/api/queries";
import type { ExamSession } from "@/api/types";
import { ActDialog } from "@/exam-sessions/ActDialog";
import { useAct } from "@/exam-sessions/acts";
import { usePageActs } from "@/palette/acts";
import { BookForm, type Draft } from "@/schedule/BookForm";
import { DayGrid } from "@/schedule/DayGrid";
import { addDays, startOf, textOf, weekOf } from "@/schedule/day";
import { endOfSession, STEP, startOfSession } from "@/schedule/layout";
import { scheduleQuery, type Where } from "@/schedule/queries";
import { Reschedule } from "@/schedule/Reschedule";
import { roomed } from "@/schedule/rooms";
import { ScheduleTable } from "@/schedule/ScheduleTable";
import { SessionCard } from "@/schedule/SessionCard";
import { parseScheduleSearch, type ScheduleSearch } from "@/schedule/search";
import { Toolbar } from "@/schedule/Toolbar";
import { WeekGrid } from "@/schedule/WeekGrid";
import { t } from "@/text/text";
import { hubNow, useNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";
import { roomsQuery } from "@/wall/queries";

const HOUR = 3_600_000;
/** What began the evening before and reaches into the day. */
const BEFORE_MS = 12 * HOUR;
const LINK =
  "inline-flex h-9 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-surface px-3 hover:bg-hover";

type Doing =
  | { what: "book"; draft: Draft }
  | { what: "open" | "cancel"; session: ExamSession }
  | { what: "move"; session: ExamSession; boothId?: string; start?: number };

/** Cancelling needs a reason, as on the exam session's own page. */
function Cancel({ session, onClose }: { session: ExamSession; onClose: () => void }) {
  const act = useAct(session.exam_session_id);
  const say = useToast();
  return (
    <ActDialog
      act="cancel"
      boothId={session.booth_id}
      busy={act.isPending}
      error={act.error}
      onClose={onClose}
      onDo={(given) =>
        act.mutate(
          { act: "cancel", given },
          {
            onSuccess: () => {
              say({ text: t("schedule.cancelled", { name: session.candidate_name }) });
              onClose();
            },
          },
        )
      }
    />
  );
}

function Dialogs({ doing, set, where }: { doing: Doing | null; set: (doing: Doing | null) => void; where: Where }) {
  const end = () => set(null);
  switch (doing?.what) {
    case "book":
      return <BookForm draft={doing.draft} where={where} onClose={end} />;
    case "open":
      return (
        <SessionCard
          session={doing.session}
          onClose={end}
          onReschedule={() => set({ what: "move", session: doing.session })}
          onCancel={() => set({ what: "cancel", session: doing.session })}
        />
      );
    case "cancel":
      return <Cancel session={doing.session} onClose={end} />;
    case "move":
      return (
        <Reschedule
          session={doing.session}
          {...(doing.boothId === undefined ? {} : { boothId: doing.boothId })}
          {...(doing.start === undefined ? {} : { start: doing.start })}
          onClose={end}
        />
      );
    default:
      return null;
  }
}

/** The next full quarter of an hour today; nine o'clock on another day. */
function usualStart(day: string): number {
  const now = hubNow();
  if (day !== textOf(new Date(now))) return startOf(day).getTime() + 9 * HOUR;
  return Math.ceil((now + STEP) / (3 * STEP)) * 3 * STEP;
}

export function SchedulePage() {
  const search = useSearch({ from: "/shell/schedule" });
  const navigate = useNavigate();
  const manages = useMay("exams.manage");
  const runs = useMay("exam_sessions.run");
  const today = textOf(new Date(useNow()));
  const day = search.day ?? today;
  const view = search.view ?? "day";
  const [doing, setDoing] = useState<Doing | null>(null);
  const { site, room } = search;
  const where = useMemo<Where>(() => ({ ...(site ? { site } : {}), ...(room ? { room } : {}) }), [site, room]);
  const [first, last] = useMemo(() => {
    const week = weekOf(day);
    return view === "week"
      ? [startOf(week[0] ?? day), startOf(addDays(week[6] ?? day, 1))]
      : [startOf(day), startOf(addDays(day, 1))];
  }, [day, view]);
  const schedule = useQuery(scheduleQuery(new Date(first.getTime() - BEFORE_MS), last, where));
  const booths = useQuery({ ...boothsQuery, placeholderData: keepPreviousData });
  const rooms = useQuery(roomsQuery);
  const places = useMemo(
    () => roomed(booths.data?.items ?? [], rooms.data?.items ?? [], where),
    [booths.data, rooms.data, where],
  );
  const sessions = useMemo(
    () =>
      (schedule.data?.items ?? []).filter(
        (each) => startOfSession(each) >= first.getTime() || endOfSession(each) > first.getTime(),
      ),
    [schedule.data, first],
  );

  const change = (next: ScheduleSearch) =>
    void navigate({ to: "/schedule", search: parseScheduleSearch(next), replace: true });
  const step = (by: number) => change({ ...search, day: addDays(day, view === "week" ? 7 * by : by) });
  const book = (draft: Partial<Draft> = {}) => setDoing({ what: "book", draft: { start: usualStart(day), ...draft } });
  const open = (session: ExamSession) => setDoing({ what: "open", session });
  const acts = [
    { text: t("schedule.earlier"), key: "[", run: () => step(-1) },
    { text: t("schedule.later"), key: "]", run: () => step(1) },
    { text: t("schedule.today"), key: "t", run: () => change({ ...search, day: today }) },
    ...(manages ? [{ text: t("schedule.book"), key: "n", run: () => book() }] : []),
  ];
  usePageActs(acts);
  useKeys(Object.fromEntries(acts.map(({ key, run }) => [key, run])));
  // Whoever came from a candidate's page wants to plan for them; that is said once.
  const asked: Doing | null =
    search.candidate && manages
      ? { what: "book", draft: { start: usualStart(day), candidateId: search.candidate } }
      : null;
  const set = (next: Doing | null) => {
    setDoing(next);
    const { candidate, ...rest } = search;
    if (candidate && next === null) change(rest);
  };

  const error = schedule.error ?? booths.error;
  const ready = schedule.data !== undefined && booths.data !== undefined && rooms.data !== undefined;
  return (
    <Page
      title={t("schedule.title")}
      aside={
        <div className="ml-auto flex flex-wrap gap-2">
          {runs && (
            <Link to="/schedule/codes" search={{ day, ...where }} className={LINK}>
              <Printer size={15} aria-hidden="true" />
              {t("schedule.codes")}
            </Link>
          )}
          {manages && (
            <>
              <Link to="/schedule/import" className={LINK}>
                <FileUp size={15} aria-hidden="true" />
                {t("candidates.import")}
              </Link>
              <Button look="ink" onClick={() => book()}>
                <Plus size={15} aria-hidden="true" />
                {t("schedule.book")}
              </Button>
            </>
          )}
        </div>
      }
    >
      <Toolbar search={search} day={day} today={today} onChange={change} onStep={step} />
      {schedule.data?.cut && <p className="text-medium">{t("schedule.cut")}</p>}
      {!ready && error ? (
        <Failure
          error={error}
          onRetry={() => {
            void schedule.refetch();
            void booths.refetch();
          }}
        />
      ) : !ready ? (
        <>
          <Loading />
          <Skeleton className="h-96 w-full rounded-lg" />
        </>
      ) : places.length === 0 ? (
        <div className="panel">
          <Notice title={t("schedule.no-booths")} detail={t("schedule.no-booths-detail")}>
            {(site || room) && (
              <Button
                onClick={() =>
                  // Said, not left out: what is left out is taken along.
                  void navigate({ to: "/schedule", search: { ...search, site: undefined, room: undefined } })
                }
              >
                {t("schedule.all-places")}
              </Button>
            )}
          </Notice>
        </div>
      ) : view === "week" ? (
        <WeekGrid day={day} search={search} rooms={places} sessions={sessions} onOpen={open} />
      ) : view === "table" ? (
        <ScheduleTable sessions={sessions} manages={manages} onOpen={open} />
      ) : (
        <DayGrid
          day={day}
          rooms={places}
          sessions={sessions}
          manages={manages}
          onOpen={open}
          onFree={(boothId, start) => book({ boothId, start })}
          onMove={(session, boothId, start) => setDoing({ what: "move", session, boothId, start })}
        />
      )}
      <Dialogs doing={doing ?? asked} set={set} where={where} />
    </Page>
  );
}
