/** The rules of a profile: in which order they are shown, what each has to set, and within which bounds. */
import type { components } from "@/api/schema";
import type { Severity } from "@/api/types";

type Schemas = components["schemas"];
export type Profile = Schemas["Profile"];
export type ProfileVersion = Schemas["ProfileVersion"];
export type Rules = Profile["rules"];
export type RuleName = keyof Rules;
export type Settings = Schemas["RuleSettings"];

export const GROUPS = [
  { group: "person", rules: ["no_face", "multiple_faces", "person_changed", "looking_away", "eyes_away"] },
  { group: "desk", rules: ["prohibited_object"] },
  { group: "sound", rules: ["speech"] },
  { group: "camera", rules: ["camera_blocked", "camera_frozen", "camera_dark", "camera_blurred", "camera_moved"] },
] as const satisfies readonly { group: string; rules: readonly RuleName[] }[];

export const RULE_NAMES: readonly RuleName[] = GROUPS.flatMap(({ rules }) => rules);

export type FieldName =
  | "hold_s"
  | "release_s"
  | "merge_s"
  | "cooldown_s"
  | "escalate_after_s"
  | "yaw_deg"
  | "pitch_up_deg"
  | "pitch_down_deg"
  | "sight_deg"
  | "min_similarity";
export type NumberField = {
  name: FieldName;
  unit: "s" | "deg" | "none";
  /** What the hub takes. */
  min: number;
  max: number;
  step: number;
};

/** As in `contract/profiles.py`, which has the last word. */
const seconds = (name: FieldName, max = 600): NumberField => ({ name, unit: "s", min: 0, max, step: 0.5 });
const degrees = (name: FieldName): NumberField => ({ name, unit: "deg", min: 1, max: 90, step: 1 });

export const ESCALATE: NumberField = seconds("escalate_after_s", 3600);
export const TIMES: readonly NumberField[] = [
  seconds("hold_s"),
  seconds("release_s"),
  seconds("merge_s"),
  seconds("cooldown_s", 3600),
];
const OWN: Partial<Record<RuleName, readonly NumberField[]>> = {
  looking_away: [degrees("yaw_deg"), degrees("pitch_up_deg"), degrees("pitch_down_deg")],
  eyes_away: [degrees("sight_deg")],
  person_changed: [{ name: "min_similarity", unit: "none", min: -1, max: 1, step: 0.01 }],
};

/** What only this rule has. */
export const ownFields = (rule: RuleName): readonly NumberField[] => OWN[rule] ?? [];

/** COCO's names of what detectors look for, as the hub knows them. */
export const OBJECTS = ["cell phone", "laptop", "book", "tv", "remote", "keyboard", "mouse", "backpack"] as const;
export const NEW_SCORE = 0.4;

export const NEXT: Record<Severity, Severity> = { low: "medium", medium: "high", high: "high" };

/** The settings of a rule by name, whatever the rule. A number that was not typed yet is `NaN`. */
export function settingOf(rules: Rules, rule: RuleName, field: FieldName): number | null {
  return (rules[rule] as Settings & Partial<Record<FieldName, number | null>>)[field] ?? null;
}

export function withSetting<Key extends string>(rules: Rules, rule: RuleName, field: Key, value: unknown): Rules {
  return { ...rules, [rule]: { ...rules[rule], [field]: value } };
}

export function withScore(rules: Rules, label: string, score: number | undefined): Rules {
  const { [label]: _, ...rest } = rules.prohibited_object.min_score ?? {};
  return withSetting(rules, "prohibited_object", "min_score", score === undefined ? rest : { ...rest, [label]: score });
}

export const scoresOf = (rules: Rules): [string, number][] =>
  Object.entries(rules.prohibited_object.min_score ?? {}).sort(([a], [b]) => a.localeCompare(b));
