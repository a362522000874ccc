/** The English sentences of what is there at once: the door, the frame of every page, and the wall. */
import { core } from "@/text/en/core";
import { doors } from "@/text/en/doors";
import { examSessions } from "@/text/en/exam-sessions";
import { frame } from "@/text/en/frame";
import { wall } from "@/text/en/wall";

export const first = {
  ...core,
  ...doors,
  ...examSessions,
  ...frame,
  ...wall,
} as const;
