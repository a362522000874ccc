/** Values that changed, one line each: which rule, which value, what it was and what it is. */
import { type Difference, fieldText, valueText } from "@/profiles/differences";
import { t } from "@/text/text";

export function ChangeList({ changes }: { changes: Difference[] }) {
  return (
    <ul className="tabular flex flex-col gap-0.5">
      {changes.map(({ key, rule, before, after }) => (
        <li key={key}>
          <span className="font-medium">{t(`rule.${rule}`)}</span> · {fieldText(key)}:{" "}
          <span className="text-ink-2">
            {t("change.to", { before: valueText(key, before), after: valueText(key, after) })}
          </span>
        </li>
      ))}
    </ul>
  );
}
