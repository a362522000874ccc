/**
 * Every English sentence of the dashboard, by part. `{name}` is filled in; `_one` and `_other` are chosen by count.
 * A name that stands in two parts is a mistake of the later one.
 */
import { core } from "@/text/en/core";
import { examSessions } from "@/text/en/exam-sessions";
import { reports } from "@/text/en/reports";
import { review } from "@/text/en/review";
import { timeline } from "@/text/en/timeline";
import { wall } from "@/text/en/wall";

export const en = { ...core, ...examSessions, ...reports, ...review, ...timeline, ...wall } as const;
