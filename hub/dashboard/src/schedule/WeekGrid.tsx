/** A week: booths as rows, days across, what is on each day in order. A day's name opens it. */
import { Link } from "@tanstack/react-router";
import type { ExamSession } from "@/api/types";
import { SittingChip } from "@/exam-sessions/SittingChip";
import { hourMinute, shortDay, textOf, weekOf } from "@/schedule/day";
import { grouped, startOfSession, takesTime } from "@/schedule/layout";
import type { Roomed } from "@/schedule/rooms";
import type { ScheduleSearch } from "@/schedule/search";
import { count, t } from "@/text/text";
import { useNow } from "@/time/now";

type Props = {
  day: string;
  search: ScheduleSearch;
  rooms: readonly Roomed[];
  sessions: readonly ExamSession[];
  onOpen: (session: ExamSession) => void;
};

const HEAD = "sticky top-0 z-10 border-line border-b border-l bg-surface px-2 py-1.5 text-left font-medium text-xs";

export function WeekGrid({ day, search, rooms, sessions, onOpen }: Props) {
  const today = textOf(new Date(useNow()));
  const days = weekOf(day);
  const cells = grouped(
    sessions.filter(takesTime),
    (each) => `${each.booth_id} ${textOf(new Date(startOfSession(each)))}`,
  );
  const { view: _, day: __, ...rest } = search;
  return (
    <div className="panel max-h-[calc(100dvh-220px)] overflow-auto">
      <table className="w-full border-separate border-spacing-0" aria-label={t("schedule.week")}>
        <thead>
          <tr>
            <th scope="col" className={`${HEAD} left-0 z-20 w-36 border-l-0`}>
              <span className="sr-only">{t("exam-sessions.booth")}</span>
            </th>
            {days.map((each) => {
              const number = sessions.filter(
                (one) => takesTime(one) && textOf(new Date(startOfSession(one))) === each,
              ).length;
              return (
                <th key={each} scope="col" className={`${HEAD} min-w-36`}>
                  <Link
                    to="/schedule"
                    search={{ ...rest, day: each }}
                    aria-current={each === today ? "date" : undefined}
                    className="inline-flex min-h-6 items-center underline-offset-2 hover:underline aria-[current=date]:text-accent"
                  >
                    {shortDay(each)}
                    {each === today && ` · ${t("schedule.today")}`}
                  </Link>
                  <span className="block font-normal text-ink-3">{count("schedule.exams", number)}</span>
                </th>
              );
            })}
          </tr>
        </thead>
        {rooms.map(({ room, booths }) => (
          <tbody key={room?.room_id ?? ""}>
            <tr>
              <th
                scope="rowgroup"
                colSpan={8}
                className="border-line border-b bg-sunken px-3 py-1 text-left font-medium text-ink-2 text-xs"
              >
                {room?.name ?? t("schedule.no-room")}
              </th>
            </tr>
            {booths.map((booth) => (
              <tr key={booth.booth_id}>
                <th
                  scope="row"
                  className="sticky left-0 z-10 min-w-28 whitespace-nowrap border-line border-b bg-surface px-3 py-2 text-left align-top font-medium"
                >
                  {booth.name}
                </th>
                {days.map((each) => (
                  <td key={each} className="border-line border-b border-l p-1 align-top">
                    <ul className="flex flex-col gap-1">
                      {(cells.get(`${booth.booth_id} ${each}`) ?? [])
                        .sort((one, other) => startOfSession(one) - startOfSession(other))
                        .map((session) => (
                          <li key={session.exam_session_id}>
                            <button
                              type="button"
                              onClick={() => onOpen(session)}
                              title={session.exam_name}
                              className="w-full rounded-sm px-1.5 py-1 text-left hover:bg-hover"
                            >
                              <span className="tabular text-ink-2 text-xs">{hourMinute(session.scheduled_start)} </span>
                              <span className="font-medium">{session.candidate_name}</span>
                              <span className="block text-xs">
                                <SittingChip session={session} />
                              </span>
                            </button>
                          </li>
                        ))}
                    </ul>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
