/** The German sentences of what is there at once: the door, the frame of every page, and the wall. */
import { core } from "@/text/de/core";
import { doors } from "@/text/de/doors";
import { examSessions } from "@/text/de/exam-sessions";
import { frame } from "@/text/de/frame";
import { wall } from "@/text/de/wall";
import type { first as english } from "@/text/en/first";

export const first: Record<keyof typeof english, string> = {
  ...core,
  ...doors,
  ...examSessions,
  ...frame,
  ...wall,
};
