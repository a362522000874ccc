/** Beside what is not as in the built-in profile. */
import { t } from "@/text/text";

export function DiffersMark({ base }: { base: string }) {
  const said = t("profile.differs", { base });
  return (
    <span role="img" aria-label={said} title={said} className="shrink-0 font-semibold text-accent">
      ≠
    </span>
  );
}
