/** The German sentences of all pages that are loaded when somebody opens them. */
import { account } from "@/text/de/account";
import { audit } from "@/text/de/audit";
import { candidates } from "@/text/de/candidates";
import { devices } from "@/text/de/devices";
import { doctor } from "@/text/de/doctor";
import { enrolment } from "@/text/de/enrolment";
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
import { updates } from "@/text/de/updates";
import type { rest as english } from "@/text/en/rest";

export const rest: Record<keyof typeof english, string> = {
  ...account,
  ...audit,
  ...candidates,
  ...devices,
  ...updates,
  ...doctor,
  ...enrolment,
  ...exams,
  ...imports,
  ...palette,
  ...people,
  ...places,
  ...profiles,
  ...reports,
  ...review,
  ...schedule,
  ...settings,
  ...timeline,
  ...trying,
};
