/** What else happened in an exam session within two minutes of a violation, of every sort, in order. */
import type { ExamSessionStep, Flag, Message, Violation } from "@/api/types";
import { AROUND_MS } from "@/review/queries";

export type Beside = { key: string; at: number } & (
  | { of: "violation"; violation: Violation }
  | { of: "step"; step: ExamSessionStep }
  | { of: "message"; message: Message }
  | { of: "flag"; flag: Flag }
);

type Found = {
  violations?: readonly Violation[] | undefined;
  steps?: readonly ExamSessionStep[] | undefined;
  messages?: readonly Message[] | undefined;
  flags?: readonly Flag[] | undefined;
};

export function beside(middle: number, { violations = [], steps = [], messages = [], flags = [] }: Found): Beside[] {
  const all: Beside[] = [
    ...violations.map((violation) => ({
      key: violation.violation_id,
      at: Date.parse(violation.opened_at),
      of: "violation" as const,
      violation,
    })),
    ...steps.map((step) => ({ key: step.step_id, at: Date.parse(step.at), of: "step" as const, step })),
    ...messages.map((message) => ({
      key: message.message_id,
      at: Date.parse(message.sent_at),
      of: "message" as const,
      message,
    })),
    ...flags.map((flag) => ({ key: flag.flag_id, at: Date.parse(flag.at), of: "flag" as const, flag })),
  ];
  return all.filter(({ at }) => Math.abs(at - middle) <= AROUND_MS).sort((a, b) => a.at - b.at);
}

/** So many on each side are listed; of more only the number. */
const BESIDE = 8;

export type Part = { before: number; items: Beside[]; after: number };

/** The nearest to the violation, with how many more there are before and after. */
export function nearest(items: readonly Beside[], key: string): Part {
  const here = Math.max(
    0,
    items.findIndex((item) => item.key === key),
  );
  const from = Math.max(0, here - BESIDE);
  const to = Math.min(items.length, here + BESIDE + 1);
  return { before: from, items: items.slice(from, to), after: items.length - to };
}

/** `−1:05`, `0:00`, `+0:42`: minutes and seconds from the violation. */
export function offset(at: number, middle: number): string {
  const s = Math.round((at - middle) / 1000);
  const size = Math.abs(s);
  return `${s < 0 ? "−" : s > 0 ? "+" : ""}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
}
