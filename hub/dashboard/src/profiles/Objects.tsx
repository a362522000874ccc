/** Which things are prohibited, and how sure a look must be of each. */
import { X } from "lucide-react";
import { DiffersMark } from "@/profiles/DiffersMark";
import { type Key, valueText } from "@/profiles/differences";
import type { Editing } from "@/profiles/editing";
import { NEW_SCORE, OBJECTS, scoresOf, withScore } from "@/profiles/rules";
import { ValueField } from "@/profiles/ValueField";
import { named, t } from "@/text/text";
import { INPUT } from "@/ui/Field";

export function Objects({ editing, advice }: { editing: Editing; advice: string | undefined }) {
  const { rules, base, baseName, disabled, change, wrong, take } = editing;
  const scores = scoresOf(rules);
  const left = OBJECTS.filter((label) => !scores.some(([there]) => there === label));
  return (
    <section aria-label={t("objects.title")} className="flex flex-col gap-2">
      <div className="flex max-w-xl justify-between px-3 font-medium">
        <h4>{t("objects.title")}</h4>
        <span aria-hidden="true" className="pr-11 text-ink-3 text-xs">
          {t("field.min_score")}
        </span>
      </div>
      <ul className="max-w-xl divide-y divide-line rounded-md border border-line">
        {scores.map(([label, score]) => {
          const key: Key = `prohibited_object.min_score.${label}`;
          const was = base.prohibited_object.min_score?.[label];
          const differs = was !== undefined && !Object.is(was, score);
          return (
            <li key={label} className="flex items-center gap-3 px-3 py-1.5">
              <span className="min-w-32 flex-1 font-medium">
                {named("object", label)}
                {was === undefined && (
                  <>
                    {" "}
                    <DiffersMark base={baseName} />
                  </>
                )}
              </span>
              <ValueField
                label={`${named("object", label)}: ${t("field.min_score")}`}
                bare
                unit=""
                value={score}
                min={0}
                max={1}
                step={0.05}
                disabled={disabled}
                problem={wrong.get(key)}
                base={differs ? { text: valueText(key, was), name: baseName, take: () => take(key) } : undefined}
                onChange={(value) => change(withScore(rules, label, value))}
              />
              {!disabled && (
                <button
                  type="button"
                  onClick={() => change(withScore(rules, label, undefined))}
                  aria-label={t("objects.remove", { object: named("object", label) })}
                  className="grid size-8 shrink-0 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
                >
                  <X size={15} />
                </button>
              )}
            </li>
          );
        })}
        {scores.length === 0 && <li className="px-3 py-2 text-ink-3">{t("hint.no-objects")}</li>}
      </ul>
      <div className="flex flex-wrap items-center gap-3">
        {!disabled && left.length > 0 && (
          <select
            aria-label={t("objects.add")}
            value=""
            onChange={(event) => change(withScore(rules, event.target.value, NEW_SCORE))}
            className={`${INPUT} h-8 max-w-48 py-0`}
          >
            <option value="" disabled>
              {t("objects.add")}
            </option>
            {left.map((label) => (
              <option key={label} value={label}>
                {named("object", label)}
              </option>
            ))}
          </select>
        )}
        <p className="text-ink-3 text-xs">{t("objects.allowed")}</p>
      </div>
      {advice && scores.length > 0 && <p className="text-medium text-xs">{advice}</p>}
    </section>
  );
}
