/** One rule: what it sees, when it raises and what it cannot tell, its times drawn, and its values to change. */
import { Cone } from "@/profiles/Cone";
import { hints, type Key, valueText } from "@/profiles/differences";
import type { Editing } from "@/profiles/editing";
import { Objects } from "@/profiles/Objects";
import { ESCALATE, type NumberField, ownFields, type RuleName, settingOf, TIMES, withSetting } from "@/profiles/rules";
import { SeverityField } from "@/profiles/SeverityField";
import { TimeAxis } from "@/profiles/TimeAxis";
import { ValueField } from "@/profiles/ValueField";
import { t } from "@/text/text";

type Props = { rule: RuleName; editing: Editing };

/** What a rule that never grew grows after, once that is asked for. */
const FIRST_ESCALATION_S = 20;

function OneField({ rule, editing, field }: Props & { field: NumberField }) {
  const { rules, base, baseName, disabled, wrong, change, take } = editing;
  const key: Key = `${rule}.${field.name}`;
  const value = settingOf(rules, rule, field.name);
  const was = settingOf(base, rule, field.name);
  const never = field.name === "escalate_after_s";
  const aside = never ? (
    <label className="inline-flex min-h-6 items-center gap-1.5 text-ink-2">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={value === null}
        disabled={disabled}
        onChange={(event) =>
          change(withSetting(rules, rule, field.name, event.target.checked ? null : (was ?? FIRST_ESCALATION_S)))
        }
      />
      {t("field.escalate_after_s.never")}
    </label>
  ) : undefined;
  return (
    <ValueField
      label={t(`field.${field.name}`)}
      hint={t(`field.${field.name}.hint`)}
      unit={field.unit === "none" ? "" : t(`unit.${field.unit}`)}
      value={value ?? Number.NaN}
      min={field.min}
      max={field.max}
      step={field.step}
      problem={wrong.get(key)}
      advice={hints(rules, rule).find((hint) => hint.field === field.name)?.text}
      base={Object.is(value, was) ? undefined : { text: valueText(key, was), name: baseName, take: () => take(key) }}
      disabled={disabled || (never && value === null)}
      onChange={(next) => change(withSetting(rules, rule, field.name, next))}
      aside={aside}
    />
  );
}

function Switch({ rule, editing }: Props) {
  const on = editing.rules[rule].enabled ?? true;
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={t("rule.on-label", { rule: t(`rule.${rule}`) })}
      disabled={editing.disabled}
      onClick={() => editing.change(withSetting(editing.rules, rule, "enabled", !on))}
      className="group inline-flex h-8 items-center gap-2 rounded-md px-1.5 enabled:hover:bg-hover"
    >
      <span
        className={`flex h-5 w-9 items-center rounded-full border p-0.5 transition-colors ${on ? "border-accent bg-accent" : "border-line-strong bg-sunken"}`}
      >
        <span className={`size-3.5 rounded-full transition-transform ${on ? "translate-x-4 bg-ground" : "bg-ink-3"}`} />
      </span>
      <span className="min-w-6 text-left">{t(on ? "rule.on" : "rule.off")}</span>
    </button>
  );
}

export function RuleCard({ rule, editing }: Props) {
  const settings = editing.rules[rule];
  const own = ownFields(rule);
  return (
    <article aria-labelledby="rule" className="panel flex min-w-0 flex-col gap-5 p-5">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="rule" className="font-semibold text-lg">
          {t(`rule.${rule}`)}
        </h2>
        <Switch rule={rule} editing={editing} />
      </header>
      <dl className="grid gap-x-6 gap-y-3 xl:grid-cols-3">
        {(["sees", "raises", "cannot"] as const).map((what) => (
          <div key={what}>
            <dt className="mb-0.5 font-medium text-ink-3 text-xs">{t(`rule.${what}`)}</dt>
            <dd className="text-pretty">{t(`rule.${rule}.${what}`)}</dd>
          </div>
        ))}
      </dl>
      {!settings.enabled && <p className="rounded-md bg-sunken px-3 py-2 text-ink-2">{t("rule.is-off")}</p>}
      <section aria-labelledby="rule-time">
        <h3 id="rule-time" className="mb-2 font-semibold">
          {t("rule.time")}
        </h3>
        <TimeAxis settings={settings} />
      </section>
      <section className="flex flex-col gap-4" aria-labelledby="rule-values">
        <h3 id="rule-values" className="font-semibold">
          {t("rule.values")}
        </h3>
        {own.length > 0 && (
          <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-4">
            <div className="grid min-w-72 flex-1 grid-cols-[repeat(auto-fill,minmax(140px,1fr))] gap-4">
              {own.map((field) => (
                <OneField key={field.name} rule={rule} editing={editing} field={field} />
              ))}
            </div>
            {rule === "looking_away" && (
              <Cone
                yaw={editing.rules.looking_away.yaw_deg ?? 0}
                up={editing.rules.looking_away.pitch_up_deg ?? 0}
                down={editing.rules.looking_away.pitch_down_deg ?? 0}
              />
            )}
            {rule === "eyes_away" && <Cone yaw={editing.rules.eyes_away.sight_deg ?? 0} />}
          </div>
        )}
        {rule === "prohibited_object" && (
          <Objects
            editing={editing}
            advice={hints(editing.rules, rule).find((hint) => hint.field === "min_score")?.text}
          />
        )}
        <div className="grid grid-cols-[repeat(auto-fill,minmax(190px,1fr))] gap-4">
          {TIMES.map((field) => (
            <OneField key={field.name} rule={rule} editing={editing} field={field} />
          ))}
          <SeverityField rule={rule} editing={editing} />
          <OneField rule={rule} editing={editing} field={ESCALATE} />
        </div>
      </section>
    </article>
  );
}
