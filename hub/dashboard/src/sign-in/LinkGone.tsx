/** A one-time link that opens nothing: whose it was not, and what to do. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ApiError, api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Me } from "@/api/types";
import { DoorFrame } from "@/sign-in/DoorFrame";
import { linkProblem } from "@/sign-in/problem";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";

type Props = { what: "join" | "reset"; error: unknown; onRetry: () => void };

export function LinkGone({ what, error, onRetry }: Props) {
  const used = error instanceof ApiError && (error.status === 403 || error.status === 422);
  return (
    <DoorFrame
      title={t(error == null ? "link.missing" : used ? "link.gone" : "error.title")}
      lead={error == null ? t("link.missing-lead") : used ? t(`link.gone-${what}`) : linkProblem(error)}
    >
      <div className="flex justify-center gap-2">
        {error != null && !used && <Button onClick={onRetry}>{t("error.retry")}</Button>}
        <Link
          to="/sign-in"
          className="inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover"
        >
          {t("link.to-sign-in")}
        </Link>
      </div>
    </DoorFrame>
  );
}

/** A guest opened the link in a browser where somebody else is signed in. */
export function SignOutFirst({ me }: { me: Me }) {
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/sign-out")),
    onSuccess: () => client.setQueryData(keys.me, null),
  });
  return (
    <DoorFrame title={t("link.signed-in", { name: me.display_name })} lead={t("link.signed-in-lead")}>
      <div className="flex justify-center gap-2">
        <Button look="ink" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
          {t("link.sign-out")}
        </Button>
        <Link
          to="/"
          className="inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover"
        >
          {t("error.go-wall")}
        </Link>
      </div>
    </DoorFrame>
  );
}
