/** Row by row what would be added, changed or refused, with the reason; nothing of it has been written. */
import { CircleAlert, Equal, type LucideIcon, PencilLine, Plus } from "lucide-react";
import { useState } from "react";
import { FATES, type Fate, type Planned, tally } from "@/imports/plan";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { Notice } from "@/ui/Notice";
import { Segments } from "@/ui/Segments";
import { type Column as Shown, Table } from "@/ui/Table";

const ICONS: Record<Fate, LucideIcon> = { new: Plus, changed: PencilLine, unchanged: Equal, refused: CircleAlert };
const INKS: Record<Fate, string> = {
  new: "text-accent",
  changed: "text-low",
  unchanged: "text-ink-3",
  refused: "text-high",
};
/** Rows shown at once: a file may have ten thousand. */
const PAGE = 100;

type Where = { name: string; label: string; from: number };

export function FateMark({ fate }: { fate: Fate }) {
  const Icon = ICONS[fate];
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${INKS[fate]}`}>
      <Icon size={14} aria-hidden="true" />
      {t(`imports.fate-${fate}`)}
    </span>
  );
}

/** A cell as the file has it: underlined where it differs from what is there, marked where it is wrong. */
function Cell({ planned, where }: { planned: Planned; where: Where }) {
  const text = planned.row.cells[where.from] ?? "";
  const wrong = planned.problems.some(({ column }) => column === where.name);
  const differs = planned.fields.includes(where.name === "note" ? "accommodation_note" : where.name);
  if (wrong)
    return (
      <span className="rounded-sm bg-high-tint px-1 text-high ring-1 ring-high">{text || t("imports.empty")}</span>
    );
  if (!text) return <span className="text-ink-3">{t("booth.unknown")}</span>;
  return differs ? <mark className="rounded-sm bg-low-tint px-1 text-ink">{text}</mark> : text;
}

function columnsOf(where: readonly Where[]): Shown<Planned>[] {
  const label = (name: string | null) => where.find((each) => each.name === name)?.label;
  return [
    { name: t("imports.line"), show: ({ row }) => <span className="text-ink-3">{row.line}</span> },
    {
      name: t("imports.fate"),
      show: ({ fate, problems }) => (
        <>
          <FateMark fate={fate} />
          {problems.map(({ column, problem }) => (
            <span key={`${column}${problem}`} className="block max-w-96 text-ink-2 text-xs">
              {label(column) ? `${label(column)}: ${problem}` : problem}
            </span>
          ))}
        </>
      ),
    },
    ...where.map((each, at) => ({
      name: each.label,
      heads: at === 0,
      className: "max-w-72 break-words",
      show: (planned: Planned) => <Cell planned={planned} where={each} />,
    })),
  ];
}

export function Preview({ planned, where }: { planned: readonly Planned[]; where: readonly Where[] }) {
  const counts = tally(planned);
  const [fate, setFate] = useState<Fate | "">(counts.refused > 0 ? "refused" : "");
  const [shown, setShown] = useState(PAGE);
  const all = fate === "" ? planned : planned.filter((each) => each.fate === fate);
  return (
    <>
      <div>
        <Segments
          label={t("imports.fate")}
          value={fate || "all"}
          choices={[
            { value: "all", label: t("imports.all", { count: number(planned.length) }) },
            ...FATES.filter((each) => counts[each] > 0).map((each) => ({
              value: each,
              label: `${t(`imports.fate-${each}`)} ${number(counts[each])}`,
            })),
          ]}
          onChange={(value) => {
            setFate(FATES.find((each) => each === value) ?? "");
            setShown(PAGE);
          }}
        />
      </div>
      <Table
        label={t("imports.preview")}
        columns={columnsOf(where)}
        items={all.slice(0, shown)}
        rowKey={({ row }) => String(row.line)}
        onRetry={() => undefined}
        empty={<Notice title={t("imports.none-such")} />}
        more={shown < all.length ? { busy: false, load: () => setShown(shown + PAGE) } : undefined}
      />
    </>
  );
}
