/** The second factor: whether there is one, setting it up, and giving it up with the password. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Minus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Part } from "@/account/Part";
import { accountKeys, secondFactorQuery } from "@/account/queries";
import { SecondFactorSetup } from "@/account/SecondFactorSetup";
import { ApiError, api, ask } from "@/api/client";
import { Trouble } from "@/sign-in/DoorFrame";
import { DoorPassword } from "@/sign-in/fields";
import { signInProblem } from "@/sign-in/problem";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { describe, Failure } from "@/ui/Notice";
import { Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

/** Fewer than this, and somebody should make new ones. */
const FEW = 3;

function problem(error: unknown): string {
  if (!(error instanceof ApiError)) return describe(error);
  if (error.status === 403) return t("account.password-wrong");
  return error.status === 429 ? signInProblem(error) : describe(error);
}

function Remove({ required, onClose }: { required: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [password, setPassword] = useState("");
  const remove = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/me/totp/remove", { body: { password } })),
    onSuccess: () => {
      onClose();
      toast({ text: t("factor.removed") });
      void client.invalidateQueries({ queryKey: ["me"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate();
  };
  return (
    <Modal
      open
      title={t("factor.remove")}
      lead={t(required ? "factor.remove-required" : "factor.remove-lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <DoorPassword
          label={t("sign-in.password")}
          name="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
        />
        <Trouble said={remove.isError ? problem(remove.error) : ""} />
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("confirm.keep")}
          </Button>
          <Button type="submit" look="ink" disabled={remove.isPending || !password}>
            {t("factor.remove")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

export function SecondFactor() {
  const client = useQueryClient();
  const state = useQuery(secondFactorQuery);
  const [setting, setSetting] = useState(false);
  const [removing, setRemoving] = useState(false);
  if (state.isError) return <Failure error={state.error} onRetry={() => state.refetch()} />;
  if (!state.data) return <Skeleton className="h-16 w-full rounded-lg" />;
  const { enabled, required, recovery_codes_left: left } = state.data;
  const Icon = enabled ? Check : Minus;
  return (
    <Part
      title={t("factor.title")}
      lead={t("factor.lead")}
      aside={
        enabled ? (
          <Button onClick={() => setRemoving(true)}>{t("factor.remove")}</Button>
        ) : (
          !setting && (
            <Button look="ink" onClick={() => setSetting(true)}>
              {t("factor.set-up")}
            </Button>
          )
        )
      }
    >
      {!setting && (
        <p className="flex items-start gap-2">
          <Icon size={16} className={`mt-px shrink-0 ${enabled ? "text-accent" : "text-ink-3"}`} aria-hidden="true" />
          <span>
            {t(enabled ? "factor.on" : required ? "factor.off-required" : "factor.off")}{" "}
            {enabled && <span className={left < FEW ? "text-medium" : "text-ink-2"}>{count("factor.left", left)}</span>}{" "}
            {enabled && left < FEW && t("factor.few")}
          </span>
        </p>
      )}
      {setting && (
        <SecondFactorSetup
          onDone={() => {
            setSetting(false);
            void client.invalidateQueries({ queryKey: accountKeys.secondFactor });
          }}
          onCancel={() => setSetting(false)}
        />
      )}
      {removing && <Remove required={required} onClose={() => setRemoving(false)} />}
    </Part>
  );
}
