/** Where the exam could still begin on that day, booth by booth: a press fills the form. */
import { useQuery } from "@tanstack/react-query";
import { hourMinute } from "@/schedule/day";
import { grouped, STEP } from "@/schedule/layout";
import { type FreeTime, freeTimesQuery, type Where } from "@/schedule/queries";
import { t } from "@/text/text";
import { duration } from "@/time/format";

type Props = {
  exam: string;
  candidate: string | null;
  from: Date;
  to: Date;
  where: Where;
  onTake: (boothId: string, start: number) => void;
};

const upwards = (at: string) => Math.ceil(Date.parse(at) / STEP) * STEP;

export function FreeTimes({ exam, candidate, from, to, where, onTake }: Props) {
  const query = useQuery(freeTimesQuery(exam, candidate, from, to, where));
  if (!query.data) return null;
  const usable = query.data.items.filter((each) => upwards(each.first_start) <= Date.parse(each.last_start));
  const byBooth = grouped(usable, ({ booth_id }) => booth_id);
  return (
    <section aria-label={t("book.free")}>
      <h3 className="font-medium">{t("book.free")}</h3>
      <p className="mb-1.5 text-ink-3 text-xs">
        {t("book.free-detail", {
          duration: duration(query.data.duration_s * 1000),
          minutes: Math.round(query.data.turnaround_s / 60),
        })}
      </p>
      {byBooth.size === 0 ? (
        <p className="text-ink-2">{t("book.free-none")}</p>
      ) : (
        <ul className="flex max-h-36 flex-col gap-1 overflow-y-auto">
          {[...byBooth.values()].map((windows) => (
            <li key={windows[0]?.booth_id} className="flex flex-wrap items-center gap-1.5">
              <span className="w-24 shrink-0 truncate text-ink-2">{windows[0]?.booth_name}</span>
              {windows.map((window) => (
                <Window key={window.first_start} window={window} onTake={onTake} />
              ))}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Window({ window, onTake }: { window: FreeTime; onTake: Props["onTake"] }) {
  const first = upwards(window.first_start);
  const last = Date.parse(window.last_start);
  const text = last - first < STEP ? hourMinute(first) : `${hourMinute(first)}–${hourMinute(last)}`;
  return (
    <button
      type="button"
      aria-label={t("book.free-take", { booth: window.booth_name, time: hourMinute(first) })}
      onClick={() => onTake(window.booth_id, first)}
      className="tabular min-h-6 rounded-sm border border-line-strong px-1.5 text-xs hover:bg-hover"
    >
      {text}
    </button>
  );
}
