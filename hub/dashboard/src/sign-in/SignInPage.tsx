/** The door. One quiet form, and a second step where one is set up; what goes wrong is said beside it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Me } from "@/api/types";
import { CodeStep } from "@/sign-in/CodeStep";
import { DoorFrame, Trouble } from "@/sign-in/DoorFrame";
import { DoorField, DoorPassword } from "@/sign-in/fields";
import { signInProblem } from "@/sign-in/problem";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";

type Props = {
  onDone: () => void;
  /** Why a provider of OpenID Connect sent the person back. */
  refused?: string | undefined;
  /** Other ways in, and out. */
  beside?: ReactNode;
};

export function SignInPage({ onDone, refused, beside }: Props) {
  const client = useQueryClient();
  const [missing, setMissing] = useState(false);
  const [ticket, setTicket] = useState<string | null>(null);
  const [begunAgain, setBegunAgain] = useState(false);
  const enter = (me: Me) => {
    client.setQueryData(keys.me, me);
    onDone();
  };
  const signIn = useMutation({
    mutationFn: (body: { username: string; password: string }) => ask(api.POST("/api/v1/sign-in", { body })),
    onSuccess: (done) => ("ticket" in done ? setTicket(done.ticket) : enter(done)),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const username = String(form.get("username") ?? "").trim();
    const password = String(form.get("password") ?? "");
    setMissing(!username || !password);
    setBegunAgain(false);
    if (username && password) signIn.mutate({ username, password });
  };
  if (ticket !== null) {
    return (
      <CodeStep
        ticket={ticket}
        onDone={enter}
        onBack={(tooLate) => {
          setTicket(null);
          setBegunAgain(tooLate);
          signIn.reset();
        }}
      />
    );
  }
  const said = missing
    ? t("sign-in.missing")
    : signIn.isError
      ? signInProblem(signIn.error)
      : begunAgain
        ? t("sign-in.too-late")
        : refused && signIn.isIdle
          ? t("sign-in.refused", { detail: refused })
          : "";
  const invalid = missing || signIn.isError || undefined;
  return (
    <DoorFrame
      title={t("sign-in.title")}
      lead={t("sign-in.lead")}
      foot={
        <>
          {t("sign-in.help")}
          <CopyCode text={t("sign-in.command")} />
        </>
      }
    >
      <div className="panel flex flex-col gap-4 p-6">
        <form onSubmit={submit} noValidate aria-label={t("sign-in.title")} className="contents">
          <DoorField
            label={t("sign-in.username")}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            autoFocus
            spellCheck={false}
            aria-invalid={invalid}
          />
          <DoorPassword
            label={t("sign-in.password")}
            name="password"
            autoComplete="current-password"
            aria-invalid={invalid}
          />
          <Trouble said={said} />
          <Button type="submit" look="ink" disabled={signIn.isPending} className="h-10 text-base">
            {t(signIn.isPending ? "sign-in.busy" : "sign-in.submit")}
          </Button>
        </form>
        {beside}
      </div>
    </DoorFrame>
  );
}
