/** How far people are with what was found in one exam session. */
import { Circle, CircleCheck, CircleHelp } from "lucide-react";
import type { ReportLine } from "@/reports/queries";
import { count, t } from "@/text/text";

export function Decision({ line }: { line: ReportLine }) {
  const { confirmed, dismissed, contested, unreviewed } = line;
  const found = confirmed + dismissed + contested + unreviewed;
  if (found === 0) return <span className="text-ink-3">{t("report.found.nothing")}</span>;
  const undecided = contested + unreviewed;
  const Icon = contested > 0 ? CircleHelp : undecided > 0 ? Circle : CircleCheck;
  return (
    <span className="inline-flex gap-1.5">
      <Icon size={14} aria-hidden="true" className={`mt-0.5 shrink-0 ${undecided > 0 ? "text-ink" : "text-ink-3"}`} />
      <span>
        <span className={`block whitespace-nowrap ${undecided > 0 ? "font-medium" : ""}`}>
          {undecided > 0 ? count("report.undecided", undecided) : t("report.all-decided")}
        </span>
        <span className="block text-ink-3 text-xs">
          {[
            confirmed > 0 && t("report.confirmed", { count: confirmed }),
            dismissed > 0 && t("report.dismissed", { count: dismissed }),
            contested > 0 && t("report.contested", { count: contested }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
    </span>
  );
}
