/** Which day, which view, which place: the line above the schedule. */
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId } from "react";
import { dayName, isDay, shortDay, weekOf } from "@/schedule/day";
import { type ScheduleSearch, type ScheduleView, VIEWS } from "@/schedule/search";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { INPUT } from "@/ui/Field";
import { Segments } from "@/ui/Segments";
import { roomsQuery, sitesQuery } from "@/wall/queries";

type Props = {
  search: ScheduleSearch;
  day: string;
  today: string;
  onChange: (search: ScheduleSearch) => void;
  onStep: (by: number) => void;
  /** Day and place only: there is one view. */
  only?: boolean;
};

export function Toolbar({ search, day, today, onChange, onStep, only = false }: Props) {
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  const sites = useQuery(sitesQuery).data?.items ?? [];
  const id = useId();
  const view = search.view ?? "day";
  const week = weekOf(day);
  const here = rooms.filter(({ site_id }) => search.site === undefined || site_id === search.site);
  const without = (...names: (keyof ScheduleSearch)[]) =>
    Object.fromEntries(Object.entries(search).filter(([name]) => !names.includes(name as keyof ScheduleSearch)));
  return (
    <div className="flex flex-wrap items-center gap-2">
      {!only && (
        <Segments
          label={t("schedule.view")}
          value={view}
          choices={VIEWS.map((each) => ({ value: each, label: t(`schedule.${each}`) }))}
          onChange={(next) => next && onChange({ ...search, view: next as ScheduleView })}
        />
      )}
      <div className="flex items-center gap-1 print:hidden">
        <Button
          size="icon"
          aria-label={t(view === "week" ? "schedule.week-before" : "schedule.day-before")}
          onClick={() => onStep(-1)}
        >
          <ChevronLeft size={16} />
        </Button>
        <label htmlFor={id} className="sr-only">
          {t("schedule.which-day")}
        </label>
        <input
          id={id}
          type="date"
          value={day}
          onChange={(event) => isDay(event.target.value) && onChange({ ...search, day: event.target.value })}
          className={`${INPUT} h-8 w-auto! py-0!`}
        />
        <Button
          size="icon"
          aria-label={t(view === "week" ? "schedule.week-after" : "schedule.day-after")}
          onClick={() => onStep(1)}
        >
          <ChevronRight size={16} />
        </Button>
        {!(view === "week" ? week.includes(today) : day === today) && (
          <Button className="h-8" onClick={() => onChange(without("day"))}>
            {t("schedule.today")}
          </Button>
        )}
      </div>
      <h2 className="mx-1 font-medium" aria-live="polite">
        {view === "week" ? `${shortDay(week[0] ?? day)} – ${shortDay(week[6] ?? day)}` : dayName(day)}
      </h2>
      <span className={`flex flex-wrap gap-2 print:hidden ${only ? "" : "ml-auto"}`}>
        {sites.length > 1 && (
          <Choose
            label={t("schedule.site")}
            any={t("schedule.any-site")}
            value={search.site}
            choices={sites.map(({ site_id, name }) => ({ value: site_id, label: name }))}
            onChange={(site) => onChange({ ...without("site", "room"), ...(site ? { site } : {}) })}
          />
        )}
        {rooms.length > 1 && (
          <Choose
            label={t("schedule.room")}
            any={t("schedule.any-room")}
            value={search.room}
            choices={here.map(({ room_id, name }) => ({ value: room_id, label: name }))}
            onChange={(room) => onChange({ ...without("room"), ...(room ? { room } : {}) })}
          />
        )}
      </span>
    </div>
  );
}
