/**
 * Every English sentence of the dashboard, by part. `{name}` is filled in; `_one` and `_other` are chosen by count.
 * A name that stands in two parts is a mistake of the later one.
 */

import { account } from "@/text/en/account";
import { audit } from "@/text/en/audit";
import { candidates } from "@/text/en/candidates";
import { core } from "@/text/en/core";
import { devices } from "@/text/en/devices";
import { doors } from "@/text/en/doors";
import { examSessions } from "@/text/en/exam-sessions";
import { exams } from "@/text/en/exams";
import { imports } from "@/text/en/imports";
import { palette } from "@/text/en/palette";
import { people } from "@/text/en/people";
import { places } from "@/text/en/places";
import { profiles } from "@/text/en/profiles";
import { reports } from "@/text/en/reports";
import { review } from "@/text/en/review";
import { schedule } from "@/text/en/schedule";
import { settings } from "@/text/en/settings";
import { timeline } from "@/text/en/timeline";
import { trying } from "@/text/en/trying";
import { wall } from "@/text/en/wall";

export const en = {
  ...core,
  ...doors,
  ...account,
  ...people,
  ...audit,
  ...devices,
  ...places,
  ...examSessions,
  ...exams,
  ...profiles,
  ...trying,
  ...palette,
  ...reports,
  ...review,
  ...timeline,
  ...wall,
  ...candidates,
  ...imports,
  ...schedule,
  ...settings,
} as const;
