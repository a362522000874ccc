/** What people do to an exam session: which act needs what, which ends it, and which can be taken back at once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { ExamSession } from "@/api/types";
import { applyExamSession, examSessionKeys } from "@/exam-sessions/queries";

export const ACTS = [
  "admit",
  "start",
  "resume",
  "end_break",
  "pause",
  "break",
  "extend",
  "complete",
  "check_in",
  "check_in_again",
  "move",
  "reschedule",
  "new_code",
  "turn_away",
  "no_show",
  "cancel",
  "terminate",
] as const;
export type Act = (typeof ACTS)[number];

/** Nothing follows these: they ask first. */
export const FINAL: ReadonlySet<Act> = new Set(["complete", "turn_away", "no_show", "cancel", "terminate"]);
/** The hub wants to know why. */
export const WANTS_REASON: ReadonlySet<Act> = new Set([
  "turn_away",
  "check_in",
  "check_in_again",
  "pause",
  "extend",
  "move",
  "reschedule",
  "terminate",
  "cancel",
  "no_show",
]);
/** What a person most likely does next stands out. */
export const LEADS: ReadonlySet<Act> = new Set(["admit", "start", "resume", "end_break"]);
/** For a few seconds the opposite act is offered. */
export const UNDO: Partial<Record<Act, Act>> = { break: "end_break", pause: "resume" };
/** One key each, where no reason is asked for. */
export const KEYS: Partial<Record<string, Act>> = { p: "pause", b: "break", e: "complete", a: "admit" };

export type Given = {
  reason_code?: string;
  note?: string;
  seconds?: number;
  booth_id?: string;
  scheduled_start?: string;
};

/** Does one act; the answer is null where a practice exam ended. */
export function useAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ act, given }: { act: Act; given: Given }): Promise<ExamSession | null> => {
      const params = { path: { exam_session_id: id } };
      const why = { reason_code: given.reason_code ?? null, note: given.note ?? "" };
      switch (act) {
        case "extend":
          return ask(
            api.POST("/api/v1/exam-sessions/{exam_session_id}/extend", {
              params,
              body: { ...why, seconds: given.seconds ?? 0 },
            }),
          );
        case "move":
          return ask(
            api.POST("/api/v1/exam-sessions/{exam_session_id}/move", {
              params,
              body: { ...why, booth_id: given.booth_id ?? "" },
            }),
          );
        case "reschedule":
          return ask(
            api.POST("/api/v1/exam-sessions/{exam_session_id}/reschedule", {
              params,
              body: { ...why, scheduled_start: given.scheduled_start ?? "", booth_id: given.booth_id ?? null },
            }),
          );
        default:
          return ask(api.POST(PATHS[act], { params, body: why }));
      }
    },
    onSuccess: (session) => {
      if (session) applyExamSession(client, session);
      else void client.invalidateQueries({ queryKey: examSessionKeys.lists });
    },
  });
}

const PATHS = {
  admit: "/api/v1/exam-sessions/{exam_session_id}/admit",
  start: "/api/v1/exam-sessions/{exam_session_id}/start",
  resume: "/api/v1/exam-sessions/{exam_session_id}/resume",
  end_break: "/api/v1/exam-sessions/{exam_session_id}/end-break",
  pause: "/api/v1/exam-sessions/{exam_session_id}/pause",
  break: "/api/v1/exam-sessions/{exam_session_id}/break",
  complete: "/api/v1/exam-sessions/{exam_session_id}/complete",
  check_in: "/api/v1/exam-sessions/{exam_session_id}/check-in",
  check_in_again: "/api/v1/exam-sessions/{exam_session_id}/check-in-again",
  new_code: "/api/v1/exam-sessions/{exam_session_id}/new-code",
  turn_away: "/api/v1/exam-sessions/{exam_session_id}/turn-away",
  no_show: "/api/v1/exam-sessions/{exam_session_id}/no-show",
  cancel: "/api/v1/exam-sessions/{exam_session_id}/cancel",
  terminate: "/api/v1/exam-sessions/{exam_session_id}/terminate",
} as const;
