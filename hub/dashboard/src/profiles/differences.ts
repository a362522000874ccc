/** What two profiles do not have in common, value by value, and what of one cannot be saved. */
import { ApiError } from "@/api/client";
import {
  ESCALATE,
  type FieldName,
  type NumberField,
  ownFields,
  RULE_NAMES,
  type RuleName,
  type Rules,
  settingOf,
  TIMES,
  withScore,
  withSetting,
} from "@/profiles/rules";
import { named, t } from "@/text/text";
import { number } from "@/time/format";

type Value = string | number | boolean | null | undefined;
/** `no_face.hold_s`, or `prohibited_object.min_score.book`. */
export type Key = `${RuleName}.${string}`;
export type Difference = { key: Key; rule: RuleName; before: Value; after: Value };

const SCORES = "prohibited_object.min_score.";

function flat(rules: Rules): Map<Key, Value> {
  const found = new Map<Key, Value>();
  for (const rule of RULE_NAMES) {
    for (const [field, value] of Object.entries(rules[rule])) {
      if (field !== "min_score") found.set(`${rule}.${field}`, value as Value);
    }
  }
  for (const [label, score] of Object.entries(rules.prohibited_object.min_score ?? {})) {
    found.set(`${SCORES}${label}` as Key, score);
  }
  return found;
}

/** In the order in which rules are shown. */
export function differences(before: Rules, after: Rules): Difference[] {
  const old = flat(before);
  const now = flat(after);
  const keys = [...now.keys(), ...[...old.keys()].filter((key) => !now.has(key))];
  return keys.flatMap((key) => {
    const [was, is] = [old.get(key) ?? null, now.get(key) ?? null];
    return Object.is(was, is) ? [] : [{ key, rule: key.split(".")[0] as RuleName, before: was, after: is }];
  });
}

/** `rules` with the value that `from` has at this key. */
export function taken(rules: Rules, key: Key, from: Rules): Rules {
  const value = flat(from).get(key);
  if (key.startsWith(SCORES)) return withScore(rules, key.slice(SCORES.length), value as number | undefined);
  const [rule, field] = key.split(".") as [RuleName, string];
  return withSetting(rules, rule, field, value ?? null);
}

/** "Hold", "Lowest score: Phone". */
export function fieldText(key: Key): string {
  if (key.startsWith(SCORES)) return `${t("field.min_score")}: ${named("object", key.slice(SCORES.length))}`;
  return named("field", key.slice(key.indexOf(".") + 1));
}

/** A value as people read it: "3 s", "28°", "High", "Never". */
export function valueText(key: Key, value: Value): string {
  if (typeof value === "boolean") return t(value ? "rule.on" : "rule.off");
  if (value == null) return key.endsWith("escalate_after_s") ? t("field.escalate_after_s.never") : t("change.nothing");
  if (typeof value === "string") return named("severity", value);
  if (Number.isNaN(value)) return t("booth.unknown");
  if (key.endsWith("_s")) return seconds(value);
  return key.endsWith("_deg") ? `${number(value, 1)}${t("unit.deg")}` : number(value, 2);
}

export const seconds = (value: number): string =>
  `${Number.isNaN(value) ? t("booth.unknown") : number(value, 2)} ${t("unit.s")}`;

function outside(field: NumberField, value: number): string | null {
  if (Number.isNaN(value)) return t("field.not-number");
  const fits = value >= field.min && value <= field.max;
  return fits ? null : t("field.bounds", { min: number(field.min), max: number(field.max) });
}

/** Why each value cannot be saved. */
export function problems(rules: Rules): Map<Key, string> {
  const found = new Map<Key, string>();
  const check = (key: Key, field: NumberField, value: number | null) => {
    const why = value === null ? null : outside(field, value);
    if (why) found.set(key, why);
  };
  for (const rule of RULE_NAMES) {
    for (const field of [...TIMES, ESCALATE, ...ownFields(rule)]) {
      check(`${rule}.${field.name}`, field, settingOf(rules, rule, field.name));
    }
  }
  const score: NumberField = { name: "min_similarity", unit: "none", min: 0, max: 1, step: 0.05 };
  for (const [label, value] of Object.entries(rules.prohibited_object.min_score ?? {})) {
    check(`${SCORES}${label}` as Key, score, value);
  }
  return found;
}

/** The same as the hub says it: `rules.no_face.hold_s: too long; …`. */
export function refusals(error: unknown): Map<Key, string> {
  if (!(error instanceof ApiError) || error.status !== 422) return new Map();
  const found = [...error.detail.matchAll(/rules\.(\w+\.[\w]+(?:\.[\w ]+)?): ([^;]+)/g)];
  return new Map(found.map(([, key, why]) => [key as Key, why as string]));
}

export type Hint = { field: FieldName | "min_score"; text: string };

/** What is allowed and seldom meant. */
export function hints(rules: Rules, rule: RuleName): Hint[] {
  const settings = rules[rule];
  const found: Hint[] = [];
  const say = (when: boolean | undefined, field: Hint["field"], text: string) => when && found.push({ field, text });
  say(settings.hold_s < 0.3, "hold_s", t("hint.hold-zero"));
  say((settings.release_s ?? 0) < 0.2, "release_s", t("hint.release-zero"));
  const after = settings.escalate_after_s ?? null;
  if (after !== null && settings.severity === "high") say(true, "escalate_after_s", t("hint.highest"));
  else say(after !== null && after <= settings.hold_s, "escalate_after_s", t("hint.escalates-at-once"));
  if (rule === "looking_away") {
    say(rules.looking_away.yaw_deg < 15, "yaw_deg", t("hint.narrow"));
    say(rules.looking_away.yaw_deg > 60, "yaw_deg", t("hint.wide"));
  }
  if (rule === "prohibited_object") {
    const scores = Object.values(rules.prohibited_object.min_score ?? {});
    say(scores.length === 0, "min_score", t("hint.no-objects"));
    say(
      scores.some((score) => score < 0.25),
      "min_score",
      t("hint.score-low"),
    );
    say(
      scores.some((score) => score > 0.8),
      "min_score",
      t("hint.score-high"),
    );
  }
  return found;
}
