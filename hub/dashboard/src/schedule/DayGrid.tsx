/** A day: booths as rows, hours across, exam sessions as blocks, the present as a line. Free time is there to press. */
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type MouseEvent, type PointerEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Booth, ExamSession } from "@/api/types";
import { Block } from "@/schedule/Block";
import { addDays, hourMinute, startOf } from "@/schedule/day";
import {
  collisions,
  endOfSession,
  grouped,
  hoursOf,
  percent,
  place,
  type Span,
  shownHours,
  snap,
  startOfSession,
  takesTime,
} from "@/schedule/layout";
import type { Roomed } from "@/schedule/rooms";
import { type Carried, useDrag } from "@/schedule/useDrag";
import { t } from "@/text/text";
import { useNow } from "@/time/now";
import { sitesQuery } from "@/wall/queries";

/** What begins in free time begins at such times: `STEP` is for what is carried. */
const FREE_STEP = 15 * 60_000;
const HOUR_PX = 84;
const NAMES_PX = 148;

type Props = {
  day: string;
  rooms: readonly Roomed[];
  sessions: readonly ExamSession[];
  manages: boolean;
  onOpen: (session: ExamSession) => void;
  onFree: (boothId: string, start: number) => void;
  onMove: (session: ExamSession, boothId: string, start: number) => void;
};

/** The present: a line through the booths, and its time among the hours. */
function Now({ span, label = false }: { span: Span; label?: boolean }) {
  const now = useNow();
  if (now < span.from || now > span.to) return null;
  const left = `${percent(now, span)}%`;
  if (label)
    return (
      <span
        className="tabular absolute top-1 -translate-x-1/2 rounded-sm bg-ink px-1 py-0.5 font-medium text-ground"
        style={{ left }}
      >
        {hourMinute(now)}
      </span>
    );
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0 z-10 w-px bg-ink opacity-60"
      style={{ left }}
    />
  );
}

/** Where something that is carried would land. */
function Ghost({ carried, span, clashes }: { carried: Carried; span: Span; clashes: boolean }) {
  return (
    <div
      className={`pointer-events-none absolute inset-y-[3px] z-20 rounded-md border-2 border-dashed px-1.5 py-0.5 ${clashes ? "border-high bg-high-tint text-high" : "border-accent bg-surface"}`}
      style={{
        left: `${percent(carried.from, span)}%`,
        width: `${percent(carried.to, span) - percent(carried.from, span)}%`,
      }}
    >
      <span className="tabular whitespace-nowrap font-medium text-xs">
        {hourMinute(carried.from)}–{hourMinute(carried.to)}
        {clashes && ` · ${t("schedule.taken")}`}
      </span>
    </div>
  );
}

type RowProps = Omit<Props, "rooms" | "day"> & {
  booth: Booth;
  span: Span;
  dragging: ReturnType<typeof useDrag>;
};

function Row({ booth, sessions, span, manages, dragging, onOpen, onFree }: RowProps) {
  const [free, setFree] = useState<number | null>(null);
  const placed = useMemo(() => place(sessions), [sessions]);
  const into = useMemo(() => collisions(placed), [placed]);
  const { carried, handle, swallowed } = dragging;
  const at = (event: MouseEvent | PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const time = span.from + ((event.clientX - left) / width) * (span.to - span.from);
    return Math.floor(time / FREE_STEP) * FREE_STEP;
  };
  const here = carried?.boothId === booth.booth_id ? carried : null;
  const clashes = (one: Carried) =>
    sessions.some(
      (other) =>
        other.exam_session_id !== one.session.exam_session_id &&
        startOfSession(other) < one.to &&
        endOfSession(other) > one.from,
    );
  const own = (event: MouseEvent | PointerEvent) => event.target === event.currentTarget;
  return (
    <div className="flex border-line border-b last:border-b-0">
      <div
        className="sticky left-0 z-20 flex shrink-0 items-center border-line border-r bg-surface px-3 font-medium"
        style={{ width: NAMES_PX }}
      >
        <span className="truncate">{booth.name}</span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pressing free time is the pointer's way; the form has fields */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button above the grid opens the same form */}
      <div
        data-booth={booth.booth_id}
        className={`relative h-14 min-w-0 flex-1 ${manages ? "cursor-cell" : ""} ${here ? "bg-hover" : ""}`}
        style={{
          backgroundImage: "linear-gradient(to right, var(--line) 1px, transparent 1px)",
          backgroundSize: `${100 / hoursOf(span).length}% 100%`,
        }}
        onPointerMove={(event) => setFree(manages && !carried && own(event) ? at(event) : null)}
        onPointerLeave={() => setFree(null)}
        onClick={(event) => manages && own(event) && !swallowed() && onFree(booth.booth_id, at(event))}
      >
        {free !== null && (
          <span
            aria-hidden="true"
            className="tabular pointer-events-none absolute inset-y-[3px] flex items-center gap-0.5 rounded-md border border-line-strong border-dashed px-1.5 text-ink-2 text-xs"
            style={{ left: `${percent(free, span)}%` }}
          >
            <Plus size={12} />
            {hourMinute(free)}
          </span>
        )}
        {placed.map((each) => {
          const { session } = each;
          const carries = manages && session.state === "scheduled";
          return (
            <Block
              key={session.exam_session_id}
              placed={each}
              span={span}
              into={into.get(session.exam_session_id)}
              lifted={carried?.session.exam_session_id === session.exam_session_id}
              onClick={() => !swallowed() && onOpen(session)}
              {...(carries ? handle(session) : {})}
            />
          );
        })}
        {here && <Ghost carried={here} span={span} clashes={clashes(here)} />}
      </div>
    </div>
  );
}

export function DayGrid({ day, rooms, sessions, manages, onOpen, onFree, onMove }: Props) {
  const sites = useQuery(sitesQuery).data?.items ?? [];
  const midnight = startOf(day).getTime();
  const next = startOf(addDays(day, 1)).getTime();
  const shown = useMemo(
    () => sessions.filter((each) => takesTime(each) && endOfSession(each) > midnight && startOfSession(each) < next),
    [sessions, midnight, next],
  );
  const span = useMemo(() => shownHours(midnight, next, shown), [midnight, next, shown]);
  const byBooth = useMemo(() => grouped(shown, ({ booth_id }) => booth_id), [shown]);
  const dragging = useDrag(span, (session, boothId, start) => onMove(session, boothId, snap(start)));
  const hours = hoursOf(span);
  const scroll = useRef<HTMLDivElement>(null);
  const now = useNow();
  // Once for each day: what is on now stands in sight. Afterwards it is the reader who scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: not with every second
  useLayoutEffect(() => {
    const box = scroll.current;
    if (!box || now < span.from || now > span.to) return;
    const inner = box.scrollWidth - NAMES_PX;
    box.scrollLeft = (percent(now, span) / 100) * inner - box.clientWidth / 3;
  }, [day]);
  return (
    <div ref={scroll} className="panel max-h-[calc(100dvh-220px)] min-h-48 overflow-auto">
      <div className="relative" style={{ minWidth: NAMES_PX + hours.length * HOUR_PX }}>
        <div className="sticky top-0 z-30 flex border-line border-b bg-surface text-ink-3 text-xs" aria-hidden="true">
          <div className="sticky left-0 z-10 shrink-0 border-line border-r bg-surface" style={{ width: NAMES_PX }} />
          <div className="relative flex min-w-0 flex-1">
            {hours.map((hour) => (
              <span key={hour} className="tabular flex-1 py-1.5 pl-1.5">
                {hourMinute(hour)}
              </span>
            ))}
            <Now span={span} label />
          </div>
        </div>
        {rooms.map(({ room, booths }) => (
          <section key={room?.room_id ?? ""} aria-label={room?.name ?? t("schedule.no-room")}>
            <h2 className="border-line border-b bg-sunken py-1 font-medium text-ink-2 text-xs">
              <span className="sticky left-0 px-3">
                {room?.name ?? t("schedule.no-room")}
                {room && sites.length > 1 && (
                  <span className="text-ink-3"> · {sites.find((site) => site.site_id === room.site_id)?.name}</span>
                )}
              </span>
            </h2>
            {booths.map((booth) => (
              <Row
                key={booth.booth_id}
                booth={booth}
                sessions={byBooth.get(booth.booth_id) ?? []}
                span={span}
                manages={manages}
                dragging={dragging}
                onOpen={onOpen}
                onFree={onFree}
                onMove={onMove}
              />
            ))}
          </section>
        ))}
        <div className="pointer-events-none absolute inset-y-0 right-0" style={{ left: NAMES_PX }}>
          <Now span={span} />
        </div>
      </div>
    </div>
  );
}
