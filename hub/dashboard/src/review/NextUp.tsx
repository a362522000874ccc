/** Loads what comes next while this one is looked at: its clip, boxes, exam session, and what was around it. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { evidenceUrl } from "@/api/client";
import { boxesQuery } from "@/api/queries";
import type { Violation } from "@/api/types";
import { examSessionQuery, flagsQuery } from "@/exam-sessions/queries";
import { evidenceOf } from "@/footage/Footage";
import { aroundQuery, historyQuery } from "@/review/queries";

export function NextUp({ violation }: { violation: Violation }) {
  const client = useQueryClient();
  const id = violation.violation_id;
  const clip = evidenceOf(violation, "clip");
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each violation
  useEffect(() => {
    const boxes = evidenceOf(violation, "boxes");
    const session = violation.exam_session_id;
    if (boxes?.available) void client.prefetchQuery(boxesQuery(boxes.sha256));
    if (session) {
      void client.prefetchQuery({ ...examSessionQuery(session), staleTime: 60_000 });
      void client.prefetchQuery({ ...flagsQuery(session), staleTime: 60_000 });
    }
    void client.prefetchQuery({ ...aroundQuery(violation), staleTime: 60_000 });
    void client.prefetchQuery({ ...historyQuery(id), staleTime: 10_000 });
  }, [id]);
  if (!clip?.available) return null;
  return <video src={evidenceUrl(clip.sha256)} preload="auto" muted hidden aria-hidden="true" tabIndex={-1} />;
}
