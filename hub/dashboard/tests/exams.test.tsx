/** Exams: a notice against the one before, and what of the form the hub is told. */
import { describe, expect, it } from "vitest";
import { bodyOf, EMPTY, formOf, OWN, wrongOf } from "@/exams/form";
import type { Exam } from "@/exams/queries";
import { parseExamsSearch } from "@/exams/search";
import { compare } from "@/exams/words";
import { at } from "./make";

function exam(change: Partial<Exam> = {}): Exam {
  return {
    exam_id: "00000000-0000-4000-8000-0000000000e1",
    name: "Analysis",
    profile: "standard",
    profile_document: null,
    duration_s: 5400,
    notice: "You are filmed.",
    notice_version: 2,
    photo_wanted: true,
    document_wanted: false,
    calibration_wanted: true,
    recording: false,
    recorded_sound: false,
    second_review: false,
    created_at: at(0),
    archived_at: null,
    ...change,
  };
}

describe("a notice against the one before", () => {
  it("shows whole words that went and that came", () => {
    const pieces = compare("Kept for 90 days.\n\nAsk us.", "Kept for 30 days, safely.\n\nAsk us.");
    expect(pieces).toEqual([
      { kind: "same", text: "Kept for " },
      { kind: "removed", text: "90" },
      { kind: "added", text: "30" },
      { kind: "same", text: " " },
      { kind: "removed", text: "days." },
      { kind: "added", text: "days, safely." },
      { kind: "same", text: "\n\nAsk us." },
    ]);
  });

  it("gives both texts back, whatever they are", () => {
    const texts = ["", "a", "a b a", "b a b  c", "one\ntwo", "x ".repeat(3000), "y ".repeat(3000)];
    for (const before of texts) {
      for (const after of texts) {
        const pieces = compare(before, after);
        const without = (kind: string) =>
          pieces
            .filter((piece) => piece.kind !== kind)
            .map(({ text }) => text)
            .join("");
        expect(without("added")).toBe(before);
        expect(without("removed")).toBe(after);
      }
    }
  });
});

describe("the form", () => {
  it("tells the hub seconds, and keeps a profile of the exam's own", () => {
    expect(bodyOf({ ...EMPTY, name: " Algebra ", minutes: "1,5" }, undefined)).toMatchObject({
      name: "Algebra",
      duration_s: 90,
      profile: "standard",
    });
    const own = exam({ profile: "oral", profile_document: { name: "oral" } as never });
    expect(formOf(own)).toMatchObject({ minutes: "90", profile: OWN });
    expect(bodyOf(formOf(own), own)).toMatchObject({ profile: "oral", profile_document: { name: "oral" } });
    expect(bodyOf({ ...formOf(own), profile: "strict" }, own)).not.toHaveProperty("profile_document");
  });

  it("says what is missing", () => {
    expect(Object.keys(wrongOf({ ...EMPTY, minutes: "721" }))).toEqual(["name", "minutes"]);
    expect(wrongOf(formOf(exam()))).toEqual({});
  });
});

it("an address says only what it may", () => {
  expect(parseExamsSearch({ archived: true, q: "alg", by: "-made" })).toEqual({
    archived: true,
    q: "alg",
    by: "-made",
  });
  expect(parseExamsSearch({ archived: "yes", q: 3, by: "secret" })).toEqual({});
});
