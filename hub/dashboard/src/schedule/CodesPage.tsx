/** The codes of a day's candidates, to print: as a list for the desk, or as slips to cut and hand out. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Printer } from "lucide-react";
import { addDays, dayName, hourMinute, startOf, textOf } from "@/schedule/day";
import { type CheckInCode, codesQuery } from "@/schedule/queries";
import type { CodesSearch } from "@/schedule/search";
import { Toolbar } from "@/schedule/Toolbar";
import { t } from "@/text/text";
import { useNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Segments } from "@/ui/Segments";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { type Column, Table } from "@/ui/Table";

/** In two halves: that is how people read it aloud and type it. */
const spaced = (code: string) => `${code.slice(0, 4)} ${code.slice(4)}`;

const place = ({ room_name, booth_name }: CheckInCode) => [room_name, booth_name].filter(Boolean).join(" · ");

const COLUMNS: Column<CheckInCode>[] = [
  { name: t("schedule.time"), show: ({ scheduled_start }) => hourMinute(scheduled_start) },
  {
    name: t("exam-sessions.candidate"),
    heads: true,
    show: (each) => (
      <>
        <span className="font-medium">{each.candidate_name}</span>
        <span className="block text-ink-3 text-xs">{each.candidate_number}</span>
      </>
    ),
  },
  { name: t("exam-sessions.exam"), show: ({ exam_name }) => exam_name },
  { name: t("exam-sessions.booth"), show: place },
  {
    name: t("exam-session.code"),
    show: ({ check_in_code }) => (
      <code className="whitespace-nowrap font-mono text-base tracking-wider">{spaced(check_in_code)}</code>
    ),
  },
];

function Slips({ codes, day }: { codes: readonly CheckInCode[]; day: string }) {
  return (
    <ul className="grid gap-0 sm:grid-cols-2 print:grid-cols-2">
      {codes.map((each) => (
        <li
          key={each.exam_session_id}
          className="flex break-inside-avoid flex-col gap-1 border border-line-strong border-dashed p-5"
        >
          <span className="text-ink-2">
            {dayName(day)}, {hourMinute(each.scheduled_start)}
          </span>
          <strong className="font-semibold text-lg">{each.candidate_name}</strong>
          <span className="text-ink-2">
            {each.candidate_number} · {each.exam_name}
          </span>
          <span>{place(each)}</span>
          <span className="mt-3 text-ink-2 text-xs">{t("codes.type")}</span>
          <code className="font-mono text-xl tracking-widest">{spaced(each.check_in_code)}</code>
        </li>
      ))}
    </ul>
  );
}

export function CodesPage() {
  const search = useSearch({ from: "/shell/schedule/codes" });
  const navigate = useNavigate();
  const today = textOf(new Date(useNow()));
  const day = search.day ?? today;
  const { slips, ...where } = search;
  const places = { ...(search.site ? { site: search.site } : {}), ...(search.room ? { room: search.room } : {}) };
  const query = useQuery(codesQuery(startOf(day), startOf(addDays(day, 1)), places));
  const change = (next: CodesSearch) => void navigate({ to: "/schedule/codes", search: next, replace: true });
  const codes = query.data?.items;
  return (
    <Page
      title={t("codes.title")}
      aside={
        <>
          <Link
            to="/schedule"
            search={where}
            className="text-ink-2 underline underline-offset-2 hover:text-ink print:hidden"
          >
            {t("codes.back")}
          </Link>
          <Button look="ink" className="ml-auto print:hidden" disabled={!codes?.length} onClick={() => window.print()}>
            <Printer size={15} aria-hidden="true" />
            {t("codes.print")}
          </Button>
        </>
      }
    >
      <p className="max-w-prose text-ink-2 print:hidden">{t("codes.lead")}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Toolbar
          only
          search={where}
          day={day}
          today={today}
          onChange={({ day: next, room, site }) =>
            change({
              ...(next ? { day: next } : {}),
              ...(room ? { room } : {}),
              ...(site ? { site } : {}),
              ...(slips ? { slips } : {}),
            })
          }
          onStep={(by) => change({ ...search, day: addDays(day, by) })}
        />
        <span className="print:hidden">
          <Segments
            label={t("codes.form")}
            value={slips ? "slips" : "list"}
            choices={[
              { value: "list", label: t("codes.list") },
              { value: "slips", label: t("codes.slips") },
            ]}
            onChange={(value) => value && change(value === "slips" ? { ...where, slips: true } : where)}
          />
        </span>
      </div>
      {query.data?.more && <p className="text-medium">{t("codes.more")}</p>}
      {!codes && query.error ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : !codes ? (
        <>
          <Loading />
          <Skeleton className="h-64 w-full rounded-lg" />
        </>
      ) : codes.length === 0 ? (
        <div className="panel">
          <Notice title={t("codes.none")} detail={t("codes.none-detail")} />
        </div>
      ) : slips ? (
        <Slips codes={codes} day={day} />
      ) : (
        <Table
          label={t("codes.title")}
          columns={COLUMNS}
          items={codes}
          rowKey={({ exam_session_id }) => exam_session_id}
          onRetry={() => undefined}
          empty={null}
        />
      )}
    </Page>
  );
}
