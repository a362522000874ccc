/** Why signing in failed, in words that say what to do. */
import { ApiError } from "@/api/client";
import { t } from "@/text/text";
import { duration } from "@/time/format";

/** What the hub calls the lock of a name; other refusals of this kind are about the address one comes from. */
const LOCKED = "Locked for a while";

export function signInProblem(error: unknown): string {
  if (!(error instanceof ApiError)) return t("sign-in.failed", { status: String(error) });
  switch (error.status) {
    case 0:
      return t("sign-in.unreachable");
    case 401:
    case 422:
      return t("sign-in.wrong");
    case 403:
      return t("sign-in.disabled");
    case 429: {
      const wait = error.retryAfterS === null ? t("sign-in.minute") : duration(error.retryAfterS * 1000, false);
      return t(error.title === LOCKED ? "sign-in.locked" : "sign-in.too-many", { wait });
    }
    default:
      return t("sign-in.failed", { status: error.status });
  }
}

/** Why a one-time link did not do; null where the form beside it says more. */
export function linkProblem(error: unknown): string {
  if (!(error instanceof ApiError)) return t("sign-in.failed", { status: String(error) });
  if (error.status === 0 || error.status === 429) return signInProblem(error);
  if (error.status === 403) return t("link.used");
  if (error.status === 409) return t("link.taken");
  if (error.status === 422) return t("new-password.refused");
  return error.detail || error.title;
}
