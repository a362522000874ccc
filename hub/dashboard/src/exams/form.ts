/** What the form of an exam holds, where it begins, and what of it the hub is told. */
import type { components } from "@/api/schema";
import type { Exam } from "@/exams/queries";
import { t } from "@/text/text";

export const ASKED = ["photo_wanted", "document_wanted", "calibration_wanted"] as const;
export const RECORDED = ["recording", "recorded_sound"] as const;
export const SWITCHES = [...ASKED, ...RECORDED, "second_review"] as const;
export type Switch = (typeof SWITCHES)[number];

export type ExamForm = { name: string; minutes: string; profile: string; notice: string } & Record<Switch, boolean>;

/** The profile document of an exam's own has no name in the list of profiles. */
export const OWN = "\u0000own";

const MAX_MINUTES = 720;

export const EMPTY: ExamForm = {
  name: "",
  minutes: "90",
  profile: "standard",
  notice: "",
  photo_wanted: true,
  document_wanted: false,
  calibration_wanted: true,
  recording: false,
  recorded_sound: false,
  second_review: false,
};

export function formOf(exam: Exam): ExamForm {
  const { name, notice, photo_wanted, document_wanted, calibration_wanted, recording, recorded_sound, second_review } =
    exam;
  return {
    name,
    notice,
    minutes: String(Math.round((exam.duration_s / 60) * 100) / 100),
    profile: exam.profile_document ? OWN : exam.profile,
    photo_wanted,
    document_wanted,
    calibration_wanted,
    recording,
    recorded_sound,
    second_review,
  };
}

export function wrongOf(form: ExamForm): Partial<Record<keyof ExamForm, string>> {
  const minutes = Number(form.minutes.replace(",", "."));
  const timed = form.minutes.trim() !== "" && minutes >= 1 && minutes <= MAX_MINUTES;
  return {
    ...(form.name.trim() ? {} : { name: t("exam.name-missing") }),
    ...(timed ? {} : { minutes: t("exam.duration-wrong") }),
  };
}

export type ExamBody = components["schemas"]["CreateExamRequest"];

/** `of` is the exam that has, or had, a profile document of its own. */
export function bodyOf(form: ExamForm, of: Exam | undefined): ExamBody {
  const { minutes, profile, name, ...rest } = form;
  const own = profile === OWN && of?.profile_document;
  return {
    ...rest,
    name: name.trim(),
    duration_s: Math.round(Number(minutes.replace(",", ".")) * 60),
    ...(own ? { profile: of.profile, profile_document: own } : { profile }),
  };
}
