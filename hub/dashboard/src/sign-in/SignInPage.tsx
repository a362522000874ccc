/** The door. One quiet form; what goes wrong is said beside it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, Eye, EyeOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import { signInProblem } from "@/sign-in/problem";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Mark } from "@/ui/Mark";

const FIELD =
  "h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-base outline-offset-0 transition-colors placeholder:text-ink-3 aria-invalid:border-high";

export function SignInPage({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [missing, setMissing] = useState(false);
  const [shown, setShown] = useState(false);
  const signIn = useMutation({
    mutationFn: (body: { username: string; password: string }) => ask(api.POST("/api/v1/sign-in", { body })),
    onSuccess: (me) => {
      client.setQueryData(keys.me, me);
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const username = String(form.get("username") ?? "").trim();
    const password = String(form.get("password") ?? "");
    setMissing(!username || !password);
    if (username && password) signIn.mutate({ username, password });
  };
  const said = missing ? t("sign-in.missing") : signIn.isError ? signInProblem(signIn.error) : "";
  const invalid = said !== "" || undefined;
  return (
    <main className="grid min-h-dvh grid-rows-[1fr_auto] bg-ground px-4">
      <div className="m-auto w-full max-w-[352px] py-12">
        <div className="mb-8 flex flex-col items-center gap-4 text-center">
          <Mark size={44} />
          <div>
            <h1 className="font-semibold text-xl tracking-tight">{t("sign-in.title")}</h1>
            <p className="mt-1 text-base text-ink-2">{t("sign-in.lead")}</p>
          </div>
        </div>
        <form onSubmit={submit} noValidate aria-label={t("sign-in.title")} className="panel flex flex-col gap-4 p-6">
          <label className="flex flex-col gap-1.5">
            <span className="font-medium">{t("sign-in.username")}</span>
            <input
              name="username"
              autoComplete="username"
              autoCapitalize="none"
              // biome-ignore lint/a11y/noAutofocus: the form is all there is on this page
              autoFocus
              spellCheck={false}
              aria-invalid={invalid}
              className={FIELD}
            />
          </label>
          <div className="flex flex-col gap-1.5">
            <label htmlFor="password" className="font-medium">
              {t("sign-in.password")}
            </label>
            <div className="relative">
              <input
                id="password"
                name="password"
                type={shown ? "text" : "password"}
                autoComplete="current-password"
                aria-invalid={invalid}
                className={`${FIELD} pr-11`}
              />
              <button
                type="button"
                onClick={() => setShown(!shown)}
                aria-label={t(shown ? "sign-in.hide" : "sign-in.show")}
                className="absolute inset-y-1 right-1 grid w-8 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
              >
                {shown ? <EyeOff size={16} /> : <Eye size={16} />}
              </button>
            </div>
          </div>
          <div role="alert" aria-live="polite" className="contents">
            {said && (
              <p className="flex gap-2 rounded-md bg-high-tint px-3 py-2 text-high">
                <CircleAlert size={16} className="mt-px shrink-0" aria-hidden="true" />
                {said}
              </p>
            )}
          </div>
          <Button type="submit" look="ink" disabled={signIn.isPending} className="h-10 text-base">
            {t(signIn.isPending ? "sign-in.busy" : "sign-in.submit")}
          </Button>
        </form>
        <p className="mt-6 flex flex-col items-center gap-2 text-center text-ink-3 text-xs">
          {t("sign-in.help")}
          <CopyCode text={t("sign-in.command")} />
        </p>
      </div>
    </main>
  );
}
