/** The door of somebody who got a link for a new password. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { DoorFrame, Trouble } from "@/sign-in/DoorFrame";
import { DoorField } from "@/sign-in/fields";
import { useFragmentToken } from "@/sign-in/fragment";
import { LinkGone } from "@/sign-in/LinkGone";
import { judgeByLink, NewPassword } from "@/sign-in/NewPassword";
import { linkProblem } from "@/sign-in/problem";
import { resetQuery } from "@/sign-in/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Loading } from "@/ui/Skeleton";

function Done() {
  return (
    <DoorFrame title={t("reset.done")} lead={t("reset.done-lead")}>
      <Link
        to="/sign-in"
        className="flex h-10 items-center justify-center rounded-md bg-ink px-3 font-medium text-base text-ground hover:opacity-90"
      >
        {t("sign-in.submit")}
      </Link>
    </DoorFrame>
  );
}

export function ResetPage() {
  const token = useFragmentToken();
  const link = useQuery({ ...resetQuery(token), enabled: token !== "" });
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/password-reset", { body: { token, password } })),
  });
  if (reset.isSuccess) return <Done />;
  if (token === "" || link.isError) {
    return <LinkGone what="reset" error={link.error} onRetry={() => link.refetch()} />;
  }
  if (!link.data) return <Loading />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password) reset.mutate();
  };
  return (
    <DoorFrame title={t("reset.title")} lead={t("reset.lead", { name: link.data.display_name })}>
      <form onSubmit={submit} noValidate aria-label={t("reset.title")} className="panel flex flex-col gap-4 p-6">
        <DoorField
          label={t("sign-in.username")}
          name="username"
          value={link.data.username}
          readOnly
          autoComplete="username"
        />
        <NewPassword
          label={t("reset.password")}
          name="password"
          value={password}
          onChange={setPassword}
          judge={judgeByLink(token, link.data.username)}
          about={link.data.username}
        />
        <Trouble said={reset.isError ? linkProblem(reset.error) : ""} />
        <Button type="submit" look="ink" disabled={reset.isPending || !password} className="h-10 text-base">
          {t(reset.isPending ? "reset.busy" : "reset.submit")}
        </Button>
      </form>
    </DoorFrame>
  );
}
