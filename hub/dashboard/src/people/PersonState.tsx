/** How somebody stands: in, locked, disabled, without a second factor; in words, with a mark beside them. */
import { Ban, Lock, ShieldCheck } from "lucide-react";
import type { User } from "@/people/queries";
import type { PersonState as State } from "@/people/search";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { useNow } from "@/time/now";

export const isLocked = (user: User, now: number) => user.locked_until != null && Date.parse(user.locked_until) > now;

export function inState(user: User, state: State | undefined, now: number): boolean {
  switch (state) {
    case "active":
      return user.disabled_at == null;
    case "signed-in":
      return user.sign_ins > 0;
    case "locked":
      return isLocked(user, now);
    case "disabled":
      return user.disabled_at != null;
    case "no-second-factor":
      return !user.second_factor && user.disabled_at == null;
    default:
      return true;
  }
}

const CHIP = "inline-flex items-center gap-1 whitespace-nowrap rounded-full border px-2 py-0.5 text-xs";

export function PersonState({ user }: { user: User }) {
  const now = useNow();
  return (
    <span className="flex flex-wrap gap-1.5">
      {user.disabled_at != null && (
        <span className={`${CHIP} border-line-strong text-ink-2`}>
          <Ban size={12} aria-hidden="true" />
          {t("person.disabled")}
        </span>
      )}
      {isLocked(user, now) && (
        <span className={`${CHIP} border-medium text-medium`}>
          <Lock size={12} aria-hidden="true" />
          {t("person.locked", { time: clock(Date.parse(user.locked_until ?? ""), now) })}
        </span>
      )}
      {user.second_factor && (
        <span className={`${CHIP} border-line text-ink-2`} title={t("person.second-factor-title")}>
          <ShieldCheck size={12} aria-hidden="true" />
          {t("person.second-factor")}
        </span>
      )}
    </span>
  );
}
