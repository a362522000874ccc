/** What became of a violation, in a word and a shape: filled where confirmed, struck where dismissed. */
import { Check, CircleDashed, GitCompareArrows, UserCheck, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Violation } from "@/api/types";
import { own } from "@/review/decision";
import { t } from "@/text/text";

const CHIP = "inline-flex h-5 items-center gap-1 rounded-full border px-1.5 text-2xs whitespace-nowrap";

function Chip({ icon, children, loud = false }: { icon: ReactNode; children: ReactNode; loud?: boolean }) {
  return (
    <span className={`${CHIP} ${loud ? "border-ink bg-ink text-ground" : "border-line-strong text-ink-2"}`}>
      {icon}
      {children}
    </span>
  );
}

/** `username`: whose own decision is told where the hub waits for a second one. */
export function ReviewState({ violation, username }: { violation: Violation; username?: string }) {
  const mine = username === undefined ? undefined : own(violation, username);
  if (violation.changed_since_review) {
    return <Chip icon={<GitCompareArrows size={11} aria-hidden="true" />}>{t("review.state.grown")}</Chip>;
  }
  switch (violation.review) {
    case "confirmed":
      return (
        <Chip loud icon={<Check size={11} aria-hidden="true" />}>
          {t("review.state.confirmed")}
        </Chip>
      );
    case "dismissed":
      return (
        <Chip icon={<X size={11} aria-hidden="true" />}>
          <s>{t("review.state.dismissed")}</s>
        </Chip>
      );
    case "contested":
      return <Chip icon={<GitCompareArrows size={11} aria-hidden="true" />}>{t("review.state.contested")}</Chip>;
    default:
      if (mine) {
        return (
          <Chip icon={<UserCheck size={11} aria-hidden="true" />}>
            {t(mine.decision === "confirmed" ? "review.state.mine-confirmed" : "review.state.mine-dismissed")}
          </Chip>
        );
      }
      if (violation.reviews_hidden > 0 || (violation.reviews?.length ?? 0) > 0) {
        return <Chip icon={<UserCheck size={11} aria-hidden="true" />}>{t("review.state.second")}</Chip>;
      }
      return <Chip icon={<CircleDashed size={11} aria-hidden="true" />}>{t("review.state.unreviewed")}</Chip>;
  }
}
