/** Every German sentence of the dashboard, by part, as the English ones are. */

import { account } from "@/text/de/account";
import { audit } from "@/text/de/audit";
import { candidates } from "@/text/de/candidates";
import { core } from "@/text/de/core";
import { devices } from "@/text/de/devices";
import { doors } from "@/text/de/doors";
import { examSessions } from "@/text/de/exam-sessions";
import { exams } from "@/text/de/exams";
import { imports } from "@/text/de/imports";
import { palette } from "@/text/de/palette";
import { people } from "@/text/de/people";
import { places } from "@/text/de/places";
import { profiles } from "@/text/de/profiles";
import { reports } from "@/text/de/reports";
import { review } from "@/text/de/review";
import { schedule } from "@/text/de/schedule";
import { settings } from "@/text/de/settings";
import { timeline } from "@/text/de/timeline";
import { trying } from "@/text/de/trying";
import { wall } from "@/text/de/wall";
import type { Catalogue } from "@/text/text";

export const de: Catalogue = {
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
};
