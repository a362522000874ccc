/** How severe a rule's violations are to begin with. */
import { RotateCcw } from "lucide-react";
import { SEVERITIES } from "@/api/types";
import { valueText } from "@/profiles/differences";
import type { Editing } from "@/profiles/editing";
import { type RuleName, withSetting } from "@/profiles/rules";
import { t } from "@/text/text";
import { Segments } from "@/ui/Segments";
import { SeverityMark } from "@/violations/Severity";

export function SeverityField({ rule, editing }: { rule: RuleName; editing: Editing }) {
  const { rules, base, baseName, disabled, change, take } = editing;
  const [value, was] = [rules[rule].severity, base[rule].severity];
  const label = t("field.severity");
  const text = valueText(`${rule}.severity`, was);
  return (
    <div className="flex min-w-0 flex-col items-start gap-1">
      <span className="font-medium">{label}</span>
      {disabled ? (
        <span className="inline-flex h-8 items-center gap-1.5">
          <SeverityMark severity={value} size={13} label={false} />
          {t(`severity.${value}`)}
        </span>
      ) : (
        <Segments
          label={label}
          value={value}
          choices={[...SEVERITIES].reverse().map((severity) => ({
            value: severity,
            label: t(`severity.${severity}`),
            mark: <SeverityMark severity={severity} size={12} label={false} />,
          }))}
          onChange={(next) => next && change(withSetting(rules, rule, "severity", next))}
        />
      )}
      {value !== was && !disabled && (
        <button
          type="button"
          onClick={() => take(`${rule}.severity`)}
          aria-label={t("field.reset-label", { field: label, value: text, base: baseName })}
          className="inline-flex min-h-6 items-center gap-1 rounded-sm px-1 text-ink-2 text-xs hover:bg-hover hover:text-ink"
        >
          <RotateCcw size={12} aria-hidden="true" />
          {t("field.reset", { value: text })}
        </button>
      )}
    </div>
  );
}
