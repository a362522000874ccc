/** The English sentences of all pages that are loaded when somebody opens them. */
import { account } from "@/text/en/account";
import { audit } from "@/text/en/audit";
import { candidates } from "@/text/en/candidates";
import { devices } from "@/text/en/devices";
import { doctor } from "@/text/en/doctor";
import { enrolment } from "@/text/en/enrolment";
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
import { updates } from "@/text/en/updates";

export const rest = {
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
} as const;
