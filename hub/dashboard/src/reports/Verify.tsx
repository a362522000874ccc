/** How anybody checks the bundle: the command, what each line of its answer means, and what no check can prove. */
import type { Report } from "@/reports/queries";
import { t } from "@/text/text";
import { CopyCode } from "@/ui/CopyCode";
import { Section } from "@/ui/Facts";

const VERDICTS = [
  ["✓", "whole"],
  ["▲", "incomplete"],
  ["✗", "broken"],
] as const;
/** In the order in which `invigil verify` prints them. */
const CHECKS = [
  "archive",
  "manifest",
  "authority",
  "certificates",
  "chains",
  "checkpoints",
  "countersignatures",
  "evidence",
  "times",
] as const;
const UNPROVEN = ["scene", "centre", "conclusion"] as const;

/** As `openssl x509 -fingerprint` prints it. */
export function colons(sha256: string): string {
  return (sha256.toUpperCase().match(/../g) ?? []).join(":");
}

export function Verify({ report, takes }: { report: Report; takes: boolean }) {
  const authority = report.provenance.authority_sha256;
  return (
    <Section title={t("verify.title")}>
      <p className="py-2 text-ink-2">{t(takes ? "verify.lead" : "verify.lead-ask")}</p>
      <CopyCode text={`invigil verify ${report.exam_session_id}.zip --ca ca.pem`} />
      <p className="pt-2 text-ink-3 text-xs">{t("verify.ca")}</p>
      {authority && (
        <div className="pt-3">
          <h3 className="font-medium">{t("verify.fingerprint")}</h3>
          <code data-testid="authority" className="mt-1 block break-all rounded-md bg-sunken p-2 font-mono text-xs">
            {colons(authority)}
          </code>
          <p className="pt-1 text-ink-3 text-xs">{t("verify.fingerprint-detail")}</p>
        </div>
      )}
      <h3 className="pt-3 font-medium">{t("verify.answers")}</h3>
      <dl>
        {VERDICTS.map(([mark, verdict]) => (
          <div key={verdict} className="flex gap-2 py-1">
            <dt className="shrink-0">
              <span aria-hidden="true" className="mr-1.5 inline-block w-3">
                {mark}
              </span>
              <span className="font-medium">{t(`verify.${verdict}`)}</span>
            </dt>
            <dd className="text-ink-2">{t(`verify.${verdict}-means`)}</dd>
          </div>
        ))}
      </dl>
      <details className="pt-2 print:hidden">
        <summary className="cursor-pointer text-ink-2 hover:text-ink">{t("verify.lines")}</summary>
        <dl className="divide-y divide-line pt-1">
          {CHECKS.map((check) => (
            <div key={check} className="py-1.5">
              <dt>
                <code className="font-mono text-xs">{check}</code>
              </dt>
              <dd className="text-ink-2 text-xs">{t(`verify.check.${check}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
      <h3 className="pt-3 font-medium">{t("verify.unproven")}</h3>
      <ul className="list-disc pl-5 text-ink-2">
        {UNPROVEN.map((what) => (
          <li key={what} className="py-0.5">
            {t(`verify.unproven.${what}`)}
          </li>
        ))}
      </ul>
    </Section>
  );
}
