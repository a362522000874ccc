/** The second step of signing in: a code of the authenticator, or a recovery code where that is lost. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, api, ask } from "@/api/client";
import type { Me } from "@/api/types";
import { DoorFrame, Trouble } from "@/sign-in/DoorFrame";
import { DoorField } from "@/sign-in/fields";
import { signInProblem } from "@/sign-in/problem";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";

/** What the hub calls a ticket that is used or too old. */
const TOO_LATE = "Begin again";

type Props = { ticket: string; onDone: (me: Me) => void; onBack: (tooLate: boolean) => void };

export function CodeStep({ ticket, onDone, onBack }: Props) {
  const [lost, setLost] = useState(false);
  const [code, setCode] = useState("");
  const step = useMutation({
    mutationFn: (code: string) => ask(api.POST("/api/v1/sign-in/totp", { body: { ticket, code } })),
    onSuccess: onDone,
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401 && error.title === TOO_LATE) onBack(true);
      setCode("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) step.mutate(code);
  };
  const wrong = step.error instanceof ApiError && step.error.status === 401;
  const said = !step.isError ? "" : wrong ? t(lost ? "code.wrong-recovery" : "code.wrong") : signInProblem(step.error);
  return (
    <DoorFrame title={t("code.title")} lead={t(lost ? "code.lead-recovery" : "code.lead")}>
      <form onSubmit={submit} noValidate aria-label={t("code.title")} className="panel flex flex-col gap-4 p-6">
        <DoorField
          key={String(lost)}
          label={t(lost ? "code.recovery" : "code.code")}
          name="code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          inputMode={lost ? "text" : "numeric"}
          autoComplete={lost ? "off" : "one-time-code"}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          autoFocus
          aria-invalid={step.isError || undefined}
        />
        <Trouble said={said} />
        <Button type="submit" look="ink" disabled={step.isPending || code.trim() === ""} className="h-10 text-base">
          {t(step.isPending ? "sign-in.busy" : "sign-in.submit")}
        </Button>
        <div className="flex justify-between gap-2">
          <Button look="bare" size="sm" onClick={() => onBack(false)}>
            {t("code.back")}
          </Button>
          <Button
            look="bare"
            size="sm"
            onClick={() => {
              setLost(!lost);
              setCode("");
              step.reset();
            }}
          >
            {t(lost ? "code.use-code" : "code.use-recovery")}
          </Button>
        </div>
      </form>
    </DoorFrame>
  );
}
