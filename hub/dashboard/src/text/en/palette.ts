/** The English of Ctrl-K. */
export const palette = {
  "palette.title": "Search and open",
  "palette.hint": "A place, a booth, a candidate's name or number, an exam…",
  "palette.none": "Nothing is called “{typed}”. Names and numbers are found by their beginnings.",
  "palette.busy": "Searching…",
  "palette.found_one": "{count} found",
  "palette.found_other": "{count} found",
  "palette.acts": "On this page",
  "palette.places": "Places",
  "palette.booths": "Booths",
  "palette.candidates": "Exam sessions",
  "palette.reports": "Reports",
  "palette.exams": "Exams",
  "palette.people": "People",
  "palette.own": "Your settings",

  "keys.this-page": "This page",
  "keys.palette": "Search and open",
} as const;
