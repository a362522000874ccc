/** Which day and which view: the line above the schedule. Which site and room is chosen in the top line. */
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useId } from "react";
import { dayName, isDay, shortDay, weekOf } from "@/schedule/day";
import { type ScheduleSearch, type ScheduleView, VIEWS } from "@/schedule/search";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { INPUT } from "@/ui/Field";
import { Segments } from "@/ui/Segments";

type Props = {
  search: ScheduleSearch;
  day: string;
  today: string;
  onChange: (search: ScheduleSearch) => void;
  onStep: (by: number) => void;
  /** The day only: there is one view. */
  only?: boolean;
};

export function Toolbar({ search, day, today, onChange, onStep, only = false }: Props) {
  const id = useId();
  const view = search.view ?? "day";
  const week = weekOf(day);
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
          <Button className="h-8!" onClick={() => onChange(without("day"))}>
            {t("schedule.today")}
          </Button>
        )}
      </div>
      <h2 className="mx-1 font-medium" aria-live="polite">
        {view === "week" ? `${shortDay(week[0] ?? day)} – ${shortDay(week[6] ?? day)}` : dayName(day)}
      </h2>
    </div>
  );
}
