/** Every German sentence of the dashboard, by part, as the English ones are. */
import { candidates } from "@/text/de/candidates";
import { core } from "@/text/de/core";
import { examSessions } from "@/text/de/exam-sessions";
import { imports } from "@/text/de/imports";
import { reports } from "@/text/de/reports";
import { review } from "@/text/de/review";
import { schedule } from "@/text/de/schedule";
import { timeline } from "@/text/de/timeline";
import { wall } from "@/text/de/wall";
import type { Catalogue } from "@/text/text";

export const de: Catalogue = {
  ...core,
  ...examSessions,
  ...reports,
  ...review,
  ...timeline,
  ...wall,
  ...candidates,
  ...imports,
  ...schedule,
};
