/** What an administrator does about how somebody signs in: unlock, new password, second factor, disable. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Part } from "@/account/Part";
import { api, ask } from "@/api/client";
import { HandOver } from "@/people/HandOver";
import { isLocked } from "@/people/PersonState";
import { peopleKeys, type User } from "@/people/queries";
import { t } from "@/text/text";
import { hubNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

type RowProps = { name: string; detail: string; children: ReactNode };

function Row({ name, detail, children }: RowProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-b px-4 py-3 last:border-b-0">
      <div className="min-w-0 max-w-[58ch] flex-1 basis-64">
        <p className="font-medium">{name}</p>
        <p className="text-ink-2">{detail}</p>
      </div>
      {children}
    </div>
  );
}

type Asked = "reset" | "factor" | "disable";

export function PersonActs({ user }: { user: User }) {
  const client = useQueryClient();
  const toast = useToast();
  const [asked, setAsked] = useState<Asked | null>(null);
  const params = { path: { username: user.username } };
  const name = user.display_name;
  const again = () => client.invalidateQueries({ queryKey: peopleKeys.all });
  const act = (todo: () => Promise<unknown>, said: string) => ({
    mutationFn: todo,
    onSuccess: () => {
      setAsked(null);
      toast({ text: said });
    },
    onSettled: again,
  });
  const toastError = (error: unknown) => toast({ text: describe(error), fault: true });
  const unlock = useMutation({
    ...act(() => ask(api.POST("/api/v1/users/{username}/unlock", { params })), t("person.unlocked", { name })),
    onError: toastError,
  });
  const enable = useMutation({
    ...act(
      () => ask(api.PATCH("/api/v1/users/{username}", { params, body: { disabled: false } })),
      t("person.enabled", { name }),
    ),
    onError: toastError,
  });
  const disable = useMutation(
    act(() => ask(api.DELETE("/api/v1/users/{username}", { params })), t("person.is-disabled", { name })),
  );
  const factor = useMutation(
    act(() => ask(api.DELETE("/api/v1/users/{username}/totp", { params })), t("person.factor-removed", { name })),
  );
  const reset = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/users/{username}/password-reset", { params })),
    onSuccess: () => setAsked(null),
    onSettled: again,
  });
  const disabled = user.disabled_at != null;
  const ask_ = (what: Asked) => {
    for (const each of [disable, factor, reset]) each.reset();
    setAsked(what);
  };
  return (
    <Part title={t("person.access")}>
      <div className="panel">
        {isLocked(user, hubNow()) && (
          <Row name={t("person.lock")} detail={t("person.lock-detail")}>
            <Button disabled={unlock.isPending} onClick={() => unlock.mutate()}>
              {t("person.unlock")}
            </Button>
          </Row>
        )}
        <Row name={t("sign-in.password")} detail={t("person.reset-detail")}>
          <Button disabled={disabled} onClick={() => ask_("reset")}>
            {t("person.reset")}
          </Button>
        </Row>
        <Row name={t("factor.title")} detail={t(user.second_factor ? "person.factor-detail" : "person.factor-none")}>
          {user.second_factor && <Button onClick={() => ask_("factor")}>{t("factor.remove")}</Button>}
        </Row>
        <Row
          name={t(disabled ? "person.disabled" : "person.enabled-now")}
          detail={t(disabled ? "person.enable-detail" : "person.disable-detail")}
        >
          {disabled ? (
            <Button disabled={enable.isPending} onClick={() => enable.mutate()}>
              {t("person.enable")}
            </Button>
          ) : (
            <Button onClick={() => ask_("disable")}>{t("person.disable")}</Button>
          )}
        </Row>
      </div>
      {asked === "reset" && (
        <Confirm
          title={t("person.reset-ask", { name })}
          lead={t("person.reset-lead")}
          act={t("person.reset")}
          busy={reset.isPending}
          error={reset.error}
          onDo={() => reset.mutate()}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === "factor" && (
        <Confirm
          title={t("person.factor-ask", { name })}
          lead={t("person.factor-lead")}
          act={t("factor.remove")}
          busy={factor.isPending}
          error={factor.error}
          onDo={() => factor.mutate()}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === "disable" && (
        <Confirm
          title={t("person.disable-ask", { name })}
          lead={t("person.disable-lead")}
          act={t("person.disable")}
          busy={disable.isPending}
          error={disable.error}
          onDo={() => disable.mutate()}
          onClose={() => setAsked(null)}
        />
      )}
      {reset.data && (
        <HandOver
          title={t("person.reset-made", { name })}
          lead={t("person.reset-made-lead")}
          path={reset.data.link}
          until={reset.data.expires_at}
          onClose={() => reset.reset()}
        />
      )}
    </Part>
  );
}
