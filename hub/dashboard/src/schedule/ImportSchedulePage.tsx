/** A schedule from a table: looked at row by row, with what collides, before anything is written. */
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Column } from "@/imports/columns";
import { ImportSteps } from "@/imports/ImportSteps";
import { sendSchedule } from "@/schedule/queries";
import { t } from "@/text/text";
import { Field } from "@/ui/Field";
import { Page } from "@/ui/Page";

const COLUMNS: readonly Column[] = [
  {
    name: "candidate_number",
    label: t("import-schedule.number"),
    needed: true,
    also: ["number", "candidate", "student number", "student id", "nummer", "prüfling", "matrikelnummer"],
    example: "4711",
  },
  { name: "exam", label: t("exam-sessions.exam"), needed: true, also: ["subject", "test", "fach"], example: "Algebra" },
  {
    name: "booth",
    label: t("exam-sessions.booth"),
    needed: true,
    also: ["place", "seat", "platz"],
    example: "booth-1",
  },
  {
    name: "start",
    label: t("book.start"),
    needed: true,
    also: ["time", "date", "begin", "when", "beginn", "zeit", "termin"],
    example: "2026-05-04 09:00",
  },
  { name: "practice", label: t("exam-sessions.practice"), also: ["übung", "probe"], example: "no" },
];

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const ZONES = [...new Set([HERE, "UTC", ...Intl.supportedValuesOf("timeZone")])];

export function ImportSchedulePage() {
  const [zone, setZone] = useState(HERE);
  const send = useMemo(() => sendSchedule(zone), [zone]);
  return (
    <Page
      title={t("import-schedule.title")}
      aside={
        <Link to="/schedule" className="text-ink-2 underline underline-offset-2 hover:text-ink">
          {t("codes.back")}
        </Link>
      }
    >
      <ImportSteps
        columns={COLUMNS}
        templateName="schedule.csv"
        send={send}
        sendKey={`schedule ${zone}`}
        more={
          <div className="max-w-sm">
            <Field label={t("import-schedule.zone")} hint={t("import-schedule.zone-hint")}>
              {(field) => (
                <select {...field} value={zone} onChange={(event) => setZone(event.target.value)}>
                  {ZONES.map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </select>
              )}
            </Field>
          </div>
        }
        next={
          <Link
            to="/schedule"
            className="inline-flex h-9 items-center rounded-md bg-ink px-3 font-medium text-ground hover:opacity-90"
          >
            {t("import-schedule.to-schedule")}
          </Link>
        }
      />
    </Page>
  );
}
