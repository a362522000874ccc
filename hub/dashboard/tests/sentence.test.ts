import { describe, expect, it } from "vitest";
import type { Violation } from "@/api/types";
import { sentence } from "@/violations/sentence";
import { at, T0, violation } from "./make";

const now = T0 + 9_400;
const why = violation().explanation;

function said(change: Partial<Violation>): string {
  return sentence(violation({ ended_at: at(4.2), ...change }), now);
}

describe("a violation as a sentence", () => {
  it("names the direction and the limit of looking away", () => {
    expect(said({ kind: "looking_away", label: "left" })).toBe("Looked left for 4.2 s, limit 1 s");
    expect(said({ kind: "looking_away", label: "down", explanation: { ...why, hold_s: 0.5 } })).toBe(
      "Looked down for 4.2 s, limit 0.5 s",
    );
  });

  it("is in the present, in whole seconds, while it lasts", () => {
    expect(said({ kind: "looking_away", label: "left", ended_at: null })).toBe("Looking left for 9 s, limit 1 s");
  });

  it("does without a direction that is not known", () => {
    expect(said({ kind: "looking_away", label: null })).toBe("Looked away for 4.2 s, limit 1 s");
  });

  it("counts faces when they were counted", () => {
    expect(said({ kind: "no_face", ended_at: at(6) })).toBe("No face for 6.0 s");
    expect(said({ kind: "multiple_faces", explanation: { ...why, measured: 2 } })).toBe("2 faces for 4.2 s");
    expect(said({ kind: "multiple_faces", explanation: { ...why, measured: null } })).toBe("Several faces for 4.2 s");
  });

  it("says what else was seen that explains it", () => {
    const body = { ...why, measured: 0, note: "body_without_face" };
    expect(said({ kind: "no_face", explanation: body })).toBe("No face for 4.2 s; a body is seen, its face is not");
    const picture = { ...why, measured: 2, note: "still_picture" };
    expect(said({ kind: "multiple_faces", explanation: picture })).toBe(
      "2 faces for 4.2 s; a face that does not move, as in a picture, is not counted",
    );
    const newer = { ...why, note: "Mask_worn" };
    expect(said({ kind: "no_face", explanation: newer })).toBe("No face for 4.2 s; mask worn");
  });

  it("names the object and how sure the detector was", () => {
    expect(said({ kind: "prohibited_object", label: "cell phone", confidence: 0.714 })).toBe("Cell phone seen, 71 %");
    expect(said({ kind: "prohibited_object", label: "book", confidence: null })).toBe("Book seen");
  });

  it("says what happened to the camera", () => {
    expect(said({ kind: "camera_blocked", ended_at: at(72) })).toBe("Camera covered for 1 min 12 s");
    const eyes = { ...violation().explanation, rule: "eyes_away" };
    expect(said({ kind: "looking_away", label: "left", explanation: eyes })).toBe("Eyes left for 4.2 s, limit 1 s");
    expect(said({ kind: "camera_dark" })).toBe("Too dark for 4.2 s");
    expect(said({ kind: "camera_blurred" })).toBe("Picture blurred for 4.2 s");
    expect(said({ kind: "camera_moved" })).toBe("Camera moved");
    expect(said({ kind: "camera_frozen" })).toBe("Picture frozen for 4.2 s");
  });

  it("says of another person only that the face is unlike, and since when it is known", () => {
    const learned = new Date(T0 - 2_400_000);
    const explanation = { ...why, rule: "person_changed", learned_at: learned.toISOString(), looks: 4 };
    const time = learned.toTimeString().slice(0, 8);
    expect(said({ kind: "person_changed", explanation })).toContain(`Face unlike the one learned at`);
    expect(said({ kind: "person_changed", explanation })).toContain(`${time}, for 4.2 s`);
    expect(said({ kind: "person_changed" })).toBe("Face unlike the one learned before, for 4.2 s");
  });

  it("says of a voice whose it is where the mouth tells, and no more where it does not", () => {
    const open = { kind: "speech", ended_at: null } as const;
    expect(said({ ...open, label: "candidate" })).toMatch(/^Speaking for \d+ s, limit 1 s$/);
    expect(said({ kind: "speech", label: "candidate", ended_at: at(6) })).toBe("Spoke for 6.0 s, limit 1 s");
    expect(said({ kind: "speech", label: "other" })).toBe("Voice of somebody else for 4.2 s, limit 1 s");
    expect(said({ ...open, label: null })).toMatch(/^Somebody speaks for \d+ s, limit 1 s$/);
    expect(said({ kind: "speech", label: null, ended_at: at(6) })).toBe("Somebody spoke for 6.0 s, limit 1 s");
  });

  it("makes something readable of a kind that a newer hub invents", () => {
    expect(said({ kind: "hand_raised" as Violation["kind"] })).toBe("Hand raised for 4.2 s");
  });

  it("never shows a negative time when the booth's clock is ahead", () => {
    expect(sentence(violation({ started_at: at(60), ended_at: null }), T0)).toBe("No face for 0 s");
  });
});
