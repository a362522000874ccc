/** The German of Ctrl-K. */
export const palette = {
  "palette.title": "Suchen und öffnen",
  "palette.hint": "Ein Ort, eine Kabine, Name oder Nummer eines Prüflings, eine Prüfung …",
  "palette.none": "Nichts heißt „{typed}“. Namen und Nummern werden an ihren Anfängen gefunden.",
  "palette.busy": "Suche läuft …",
  "palette.found_one": "{count} Treffer",
  "palette.found_other": "{count} Treffer",
  "palette.acts": "Auf dieser Seite",
  "palette.places": "Orte",
  "palette.booths": "Kabinen",
  "palette.candidates": "Prüfungen",
  "palette.reports": "Berichte",
  "palette.exams": "Angebotene Prüfungen",
  "palette.people": "Personen",
  "palette.own": "Ihre Einstellungen",

  "keys.this-page": "Diese Seite",
  "keys.palette": "Suchen und öffnen",
} as const;
