/** Candidates from a table: looked at row by row before anything is written. */
import { Link } from "@tanstack/react-router";
import { sendCandidates } from "@/candidates/queries";
import type { Column } from "@/imports/columns";
import { ImportSteps } from "@/imports/ImportSteps";
import { t } from "@/text/text";
import { Page } from "@/ui/Page";

const COLUMNS: readonly Column[] = [
  {
    name: "number",
    label: t("candidates.number"),
    needed: true,
    also: [
      "no",
      "nummer",
      "nr",
      "id",
      "candidate number",
      "candidate no",
      "student number",
      "student id",
      "matrikelnummer",
      "prüflingsnummer",
    ],
    example: "4711",
  },
  {
    name: "name",
    label: t("candidates.name"),
    needed: true,
    also: ["full name", "candidate", "student", "candidate name", "vor und nachname", "prüfling"],
    example: "Ada Byron",
  },
  {
    name: "email",
    label: t("candidates.email"),
    also: ["e mail", "mail", "e mail address", "email address", "e mail adresse"],
    example: "ada@example.org",
  },
  {
    name: "extra_time_percent",
    label: t("candidate.extra"),
    also: ["extra time", "extra", "additional time", "zeitzugabe", "zeitverlängerung", "nachteilsausgleich"],
    example: "25 %",
  },
  { name: "rules_off", label: t("candidate.rules-off"), also: ["rules", "regeln aus"], example: "looking_away speech" },
  {
    name: "note",
    label: t("candidate.note"),
    also: ["accommodation note", "accommodations", "notes", "remark", "comment", "anmerkung", "bemerkung"],
    example: t("import-candidates.note-example"),
  },
];

export function ImportCandidatesPage() {
  return (
    <Page
      title={t("import-candidates.title")}
      aside={
        <Link to="/candidates" className="text-ink-2 underline underline-offset-2 hover:text-ink">
          {t("candidate.back")}
        </Link>
      }
    >
      <ImportSteps
        columns={COLUMNS}
        templateName="candidates.csv"
        send={sendCandidates}
        sendKey="candidates"
        next={
          <>
            <Link
              to="/candidates"
              className="inline-flex h-9 items-center rounded-md bg-ink px-3 font-medium text-ground hover:opacity-90"
            >
              {t("import-candidates.to-list")}
            </Link>
            <Link
              to="/schedule/import"
              className="inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover"
            >
              {t("import-candidates.to-schedule")}
            </Link>
          </>
        }
      />
    </Page>
  );
}
