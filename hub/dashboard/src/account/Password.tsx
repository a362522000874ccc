/** A new password in the place of the old one; every other sign-in ends with it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Part } from "@/account/Part";
import { accountKeys } from "@/account/queries";
import { ApiError, api, ask } from "@/api/client";
import type { Me } from "@/api/types";
import { Trouble } from "@/sign-in/DoorFrame";
import { DoorPassword } from "@/sign-in/fields";
import { judgeMine, NewPassword } from "@/sign-in/NewPassword";
import { signInProblem } from "@/sign-in/problem";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

function problem(error: unknown): string {
  if (!(error instanceof ApiError)) return describe(error);
  if (error.status === 403) return t("account.password-wrong");
  if (error.status === 422) return t("new-password.refused");
  return error.status === 429 ? signInProblem(error) : describe(error);
}

export function Password({ me }: { me: Me }) {
  const client = useQueryClient();
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const close = () => {
    setOpen(false);
    setOld("");
    setFresh("");
    change.reset();
  };
  const change = useMutation({
    mutationFn: () => ask(api.PUT("/api/v1/me/password", { body: { old_password: old, new_password: fresh } })),
    onSuccess: () => {
      close();
      toast({ text: t("account.password-changed") });
      void client.invalidateQueries({ queryKey: accountKeys.signIns });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Part
      title={t("sign-in.password")}
      lead={t("account.password-lead")}
      aside={!open && <Button onClick={() => setOpen(true)}>{t("account.password-change")}</Button>}
    >
      {open && (
        <form onSubmit={submit} noValidate aria-label={t("account.password-change")} className="panel max-w-md p-4">
          {/* A password manager wants to know whose passwords these are. */}
          <input type="text" autoComplete="username" value={me.username} readOnly hidden />
          <div className="flex flex-col gap-4">
            <DoorPassword
              label={t("account.password-old")}
              name="old-password"
              value={old}
              onChange={(event) => setOld(event.target.value)}
              autoComplete="current-password"
              autoFocus
            />
            <NewPassword
              label={t("reset.password")}
              name="new-password"
              value={fresh}
              onChange={setFresh}
              judge={judgeMine}
              about={me.username}
            />
            <Trouble said={change.isError ? problem(change.error) : ""} />
            <div className="flex justify-end gap-2">
              <Button look="bare" onClick={close}>
                {t("account.cancel")}
              </Button>
              <Button type="submit" look="ink" disabled={change.isPending || !old || !fresh}>
                {t("account.password-change")}
              </Button>
            </div>
          </div>
        </form>
      )}
    </Part>
  );
}
