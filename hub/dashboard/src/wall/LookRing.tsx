/** Who looks at a booth, and while nobody does: a ring that fills until it is time that somebody does. */
import { Eye, EyeOff } from "lucide-react";
import type { Looking } from "@/api/types";
import { named } from "@/presence/Onlookers";
import { initials } from "@/shell/Account";
import { count, t } from "@/text/text";
import { age } from "@/time/format";
import { useKnownNowAs } from "@/time/now";
import { unseenSince } from "@/wall/states";
import type { TileBooth } from "@/wall/tile";

const OVERLAY = "pointer-events-auto relative z-10 rounded-full bg-[rgb(8_10_12/72%)] text-2xs text-white";
const RADIUS = 9;
const AROUND = 2 * Math.PI * RADIUS;
/** Parts in which the ring fills: one is 10 s of ten minutes, and less than a pixel. */
const STEPS = 60;
const FACES = 2;

function People({ people }: { people: readonly Looking[] }) {
  const more = people.length - FACES;
  const text = count("presence.looks", people.length, { names: people.map(named).join(", ") });
  return (
    <span
      role="img"
      aria-label={text}
      title={text}
      className={`${OVERLAY} inline-flex h-6 items-center gap-1 pr-2 pl-1.5`}
    >
      <Eye size={13} aria-hidden="true" />
      <span aria-hidden="true" className="font-medium">
        {people
          .slice(0, FACES)
          .map((person) => initials(person.display_name || person.username))
          .join(" ")}
        {more > 0 && ` +${more}`}
      </span>
    </span>
  );
}

function Ring({ since, afterMs }: { since: number; afterMs: number }) {
  const filled = useKnownNowAs((now) => Math.min(STEPS, Math.max(0, Math.floor((STEPS * (now - since)) / afterMs))));
  const past = useKnownNowAs((now) => age(since, Math.floor(now / 10_000) * 10_000));
  const overdue = filled === STEPS;
  const text = t("wall.looked", { age: past });
  return (
    <span
      role="img"
      aria-label={text}
      title={text}
      data-unseen={filled / STEPS}
      className={`${OVERLAY} grid size-6 place-items-center`}
    >
      <svg viewBox="0 0 24 24" className="col-start-1 row-start-1 size-6 -rotate-90" aria-hidden="true">
        <circle cx={12} cy={12} r={RADIUS} fill="none" stroke="rgb(255 255 255 / 22%)" strokeWidth={2} />
        <circle
          cx={12}
          cy={12}
          r={RADIUS}
          fill="none"
          stroke={overdue ? "#f0b345" : "#ffffff"}
          strokeWidth={2}
          strokeDasharray={`${(AROUND * filled) / STEPS} ${AROUND}`}
        />
      </svg>
      <span className={`col-start-1 row-start-1 ${overdue ? "text-[#f0b345]" : ""}`}>
        {overdue ? <EyeOff size={11} aria-hidden="true" /> : <Eye size={11} aria-hidden="true" />}
      </span>
    </span>
  );
}

type Props = {
  booth: TileBooth;
  /** Besides oneself. */
  people: readonly Looking[];
  /** Oneself looks: the hub counts it a moment later. */
  own: boolean;
  afterMs: number;
};

export function LookRing({ booth, people, own, afterMs }: Props) {
  const since = unseenSince(booth);
  if (people.length > 0) return <People people={people} />;
  return since === null || own ? null : <Ring since={since} afterMs={afterMs} />;
}
