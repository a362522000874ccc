/** Where a tile leads: to the exam session that is on, else to the booth. */
import { linkOptions } from "@tanstack/react-router";
import type { Booth } from "@/api/types";
import { running } from "@/wall/states";

export function whereTo(booth: Pick<Booth, "booth_id" | "exam_session">) {
  const session = running(booth);
  return session
    ? linkOptions({ to: "/exam-sessions/$examSessionId", params: { examSessionId: session.exam_session_id } })
    : linkOptions({ to: "/booths/$boothId", params: { boothId: booth.booth_id } });
}
