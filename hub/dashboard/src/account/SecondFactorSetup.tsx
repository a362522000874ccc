/** Setting up a second factor: scan, type a first code, keep the recovery codes. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { RecoveryCodes } from "@/account/RecoveryCodes";
import { ApiError, api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import { Trouble } from "@/sign-in/DoorFrame";
import { DoorField } from "@/sign-in/fields";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { describe, Failure } from "@/ui/Notice";
import { Skeleton } from "@/ui/Skeleton";

/** The hub draws it; as an image it can do nothing but be looked at. */
const picture = (svg: string) =>
  `data:image/svg+xml,${encodeURIComponent(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))}`;

/** In fours, as people read and type it. */
const spaced = (secret: string) => secret.replace(/(.{4})(?=.)/g, "$1 ");

type Props = {
  /** It is set up, and somebody keeps the recovery codes. */
  onDone: () => void;
  onCancel: () => void;
};

export function SecondFactorSetup({ onDone, onCancel }: Props) {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  // A secret is made anew each time this is opened; the one before counts for nothing.
  const begun = useQuery({
    queryKey: ["second-factor-setup"],
    queryFn: () => ask(api.POST("/api/v1/me/totp")),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const confirm = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/me/totp/confirm", { body: { code } })),
    onError: () => setCode(""),
  });
  if (begun.isError) return <Failure error={begun.error} onRetry={() => begun.refetch()} />;
  if (!begun.data) return <Skeleton className="h-56 w-full rounded-lg" />;
  if (confirm.data) {
    const done = () => {
      onDone();
      void client.invalidateQueries({ queryKey: keys.me });
    };
    return <RecoveryCodes codes={confirm.data.codes} onDone={done} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) confirm.mutate();
  };
  const wrong = confirm.error instanceof ApiError && confirm.error.status === 403;
  return (
    <div className="panel flex flex-col gap-5 p-5 sm:flex-row">
      <img
        src={picture(begun.data.qr_svg)}
        alt={t("factor.qr")}
        className="size-44 shrink-0 self-center rounded-md border border-line bg-white [image-rendering:pixelated] sm:self-start"
      />
      <form onSubmit={submit} noValidate className="flex min-w-0 flex-1 flex-col gap-4">
        <ol className="flex list-decimal flex-col gap-2 pl-4 marker:text-ink-3">
          <li>{t("factor.step-scan")}</li>
          <li>
            {t("factor.step-type")}
            <CopyCode text={begun.data.secret} shown={spaced(begun.data.secret)} className="mt-1 flex w-fit" />
          </li>
          <li>{t("factor.step-code")}</li>
        </ol>
        <DoorField
          label={t("code.code")}
          name="code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={12}
          aria-invalid={confirm.isError || undefined}
        />
        <Trouble said={wrong ? t("factor.wrong") : confirm.isError ? describe(confirm.error) : ""} />
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onCancel}>
            {t("account.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={confirm.isPending || !code.trim()}>
            {t("factor.confirm")}
          </Button>
        </div>
      </form>
    </div>
  );
}
