/** Makes an API token with a part of what one may do; it is shown this once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { accountKeys } from "@/account/queries";
import { api, ask } from "@/api/client";
import type { Me } from "@/api/types";
import type { Permission } from "@/shell/places";
import { Trouble } from "@/sign-in/DoorFrame";
import { count, named, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

const LIFETIMES = [7, 30, 90, 180, 366] as const;
const USUAL_DAYS = 90;

export function NewToken({ me, onClose }: { me: Me; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState(USUAL_DAYS);
  const [given, setGiven] = useState<ReadonlySet<Permission>>(new Set());
  const make = useMutation({
    mutationFn: () =>
      ask(api.POST("/api/v1/me/tokens", { body: { name: name.trim(), permissions: [...given], days } })),
    onSuccess: () => client.invalidateQueries({ queryKey: accountKeys.tokens }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) make.mutate();
  };
  if (make.data) {
    const { token, api_token } = make.data;
    return (
      <Modal open title={t("tokens.made", { name: api_token.name })} onOpenChange={(open) => !open && onClose()} wide>
        <div className="flex flex-col gap-4">
          <p className="text-ink-2">{t("tokens.once")}</p>
          <CopyCode text={token} className="self-start" />
          <p>{t("tokens.use")}</p>
          <CopyCode
            text={`curl -H "Authorization: Bearer ${token}" ${location.origin}/api/v1/booths`}
            shown={`curl -H "Authorization: Bearer ivg_…" ${location.origin}/api/v1/booths`}
            className="self-start"
          />
          <p className="text-ink-3 text-xs">
            {t("tokens.until")}: <When at={api_token.expires_at} show="clock" />
          </p>
          <Button look="ink" className="self-end" onClick={onClose}>
            {t("tokens.kept")}
          </Button>
        </div>
      </Modal>
    );
  }
  const all = given.size === me.permissions.length;
  return (
    <Modal open title={t("tokens.new")} lead={t("tokens.new-lead")} onOpenChange={(open) => !open && onClose()} wide>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-[1fr_auto]">
          <Field label={t("tokens.name")} hint={t("tokens.name-hint")}>
            {(field) => (
              <input
                {...field}
                value={name}
                maxLength={120}
                autoComplete="off"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label={t("tokens.lifetime")}>
            {(field) => (
              <select {...field} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {LIFETIMES.map((each) => (
                  <option key={each} value={each}>
                    {count("tokens.days", each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 flex w-full items-center justify-between font-medium">
            {t("tokens.may")}
            <Button look="bare" size="sm" onClick={() => setGiven(new Set(all ? [] : me.permissions))}>
              {t(all ? "tokens.choose-none" : "tokens.choose-all")}
            </Button>
          </legend>
          <div className="grid gap-x-6 sm:grid-cols-2">
            {me.permissions.map((permission) => (
              <label key={permission} className="flex min-h-8 cursor-pointer items-center gap-2">
                <input
                  type="checkbox"
                  checked={given.has(permission)}
                  onChange={() => {
                    const next = new Set(given);
                    if (!next.delete(permission)) next.add(permission);
                    setGiven(next);
                  }}
                  className="size-4 accent-accent"
                />
                <span title={permission}>{named("permission", permission)}</span>
              </label>
            ))}
          </div>
          {given.size === 0 && <p className="text-ink-3 text-xs">{t("tokens.nothing")}</p>}
        </fieldset>
        <Trouble said={make.isError ? describe(make.error) : ""} />
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("account.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={make.isPending || !name.trim()}>
            {t("tokens.make")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
