/** One violation as a sentence a person would say: "Looked left for 4.2 s, limit 1 s". */
import type { Violation } from "@/api/types";
import { count, named, t } from "@/text/text";
import { clock, duration } from "@/time/format";

/** How long it has lasted so far, or lasted in all, milliseconds. */
export function lasted(violation: Violation, now: number): number {
  const end = violation.ended_at == null ? now : Date.parse(violation.ended_at);
  return Math.max(0, end - Date.parse(violation.started_at));
}

/** Seconds of hold time without needless zeros: `1 s`, `0.5 s`. */
function hold(violation: Violation): string {
  return t("time.s", { s: Number(violation.explanation.hold_s.toFixed(1)) });
}

function objectName(violation: Violation): string {
  const label = violation.label;
  return label ? label.charAt(0).toUpperCase() + label.slice(1) : t("object.unknown");
}

function faces(violation: Violation): string {
  const { measured, unit } = violation.explanation;
  const counted = measured != null && measured >= 2 && (unit === "faces" || unit === "");
  return counted ? count("sentence.faces", Math.round(measured)) : t("sentence.several");
}

/** What happened, and what else was seen that explains it. */
export function sentence(violation: Violation, now: number): string {
  const { note } = violation.explanation;
  const said = happened(violation, now);
  return note == null ? said : t("sentence.noted", { sentence: said, note: noted(note) });
}

/** Within a sentence, so a note that this page does not know begins small as well. */
function noted(note: string): string {
  const words = named("note", note);
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function happened(violation: Violation, now: number): string {
  const open = violation.ended_at == null;
  // Whole seconds while it runs: tenths that jump by ten would only be noise.
  const values = { duration: duration(lasted(violation, now), !open), limit: hold(violation) };
  switch (violation.kind) {
    case "no_face":
      return t("sentence.no_face", values);
    case "multiple_faces":
      return t("sentence.multiple_faces", { ...values, faces: faces(violation) });
    case "looking_away": {
      const direction = violation.label ? named("direction", violation.label).toLowerCase() : t("direction.away");
      if (violation.explanation.rule === "eyes_away") return t("sentence.eyes_away", { ...values, direction });
      return t(open ? "sentence.looking_away-open" : "sentence.looking_away", { ...values, direction });
    }
    case "prohibited_object": {
      const object = objectName(violation);
      const { confidence } = violation;
      if (confidence == null) return t("sentence.prohibited_object-plain", { object });
      return t("sentence.prohibited_object", { object, percent: Math.round(confidence * 100) });
    }
    case "camera_blocked":
      return t("sentence.camera_blocked", values);
    case "camera_frozen":
      return t("sentence.camera_frozen", values);
    case "camera_dark":
      return t("sentence.camera_dark", values);
    case "camera_blurred":
      return t("sentence.camera_blurred", values);
    case "camera_moved":
      return t("sentence.camera_moved");
    case "person_changed": {
      const learned = violation.explanation.learned_at;
      if (learned == null) return t("sentence.person_changed-plain", values);
      return t("sentence.person_changed", { ...values, learned: clock(Date.parse(learned), now) });
    }
    case "speech": {
      if (violation.label === "other") return t("sentence.speech-other", values);
      if (violation.label === "candidate")
        return t(open ? "sentence.speech-candidate-open" : "sentence.speech-candidate", values);
      return t(open ? "sentence.speech-open" : "sentence.speech", values);
    }
    default:
      return t("sentence.other", { ...values, kind: named("kind", String((violation as Violation).kind)) });
  }
}
