/** Why signing in failed, in words that say what to do. */
import { ApiError } from "@/api/client";
import { t } from "@/text/text";
import { duration } from "@/time/format";

export function signInProblem(error: unknown): string {
  if (!(error instanceof ApiError)) return t("sign-in.failed", { status: String(error) });
  switch (error.status) {
    case 0:
      return t("sign-in.unreachable");
    case 401:
    case 422:
      return t("sign-in.wrong");
    case 429: {
      const wait = error.retryAfterS === null ? t("sign-in.minute") : duration(error.retryAfterS * 1000, false);
      return t("sign-in.too-many", { wait });
    }
    default:
      return t("sign-in.failed", { status: error.status });
  }
}
