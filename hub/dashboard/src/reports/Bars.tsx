/** A chart that answers the question of its title: one bar a row, its number beside it, parts told apart by pattern. */
import { number } from "@/time/format";

export type Part = { name: string; value: number; look: "solid" | "outline" | "hatched" };
export type Bar = { name: string; parts: Part[]; shown: string; title?: string };

const LOOKS = {
  solid: "bg-ink-2",
  outline: "border border-ink-3 bg-transparent",
  hatched: "hatched border border-ink-3",
};

export function Legend({ parts }: { parts: Pick<Part, "name" | "look">[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-ink-2 text-xs">
      {parts.map(({ name, look }) => (
        <li key={name} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={`h-2.5 w-4 rounded-[2px] ${LOOKS[look]}`} />
          {name}
        </li>
      ))}
    </ul>
  );
}

export function Bars({ label, bars }: { label: string; bars: Bar[] }) {
  const most = Math.max(...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)), Number.EPSILON);
  return (
    <table aria-label={label} className="w-full border-separate border-spacing-y-1">
      <tbody>
        {bars.map(({ name, parts, shown, title }) => (
          <tr key={name} title={title}>
            <th scope="row" className="w-40 max-w-40 truncate pr-3 text-left font-normal text-ink-2">
              {name}
            </th>
            <td className="w-full">
              <span className="flex h-4 items-stretch gap-px" aria-hidden="true">
                {parts.map(
                  (part) =>
                    part.value > 0 && (
                      <span
                        key={part.name}
                        title={`${part.name}: ${number(part.value, 2)}`}
                        className={`min-w-1 rounded-[2px] ${LOOKS[part.look]}`}
                        style={{ width: `${(100 * part.value) / most}%` }}
                      />
                    ),
                )}
              </span>
            </td>
            <td className="tabular whitespace-nowrap pl-3 text-right">{shown}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
