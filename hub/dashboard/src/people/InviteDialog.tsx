/** Invites somebody: whom, as what, and where; then the link, which is shown this once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { HandOver } from "@/people/HandOver";
import { peopleKeys, type Scope } from "@/people/queries";
import { ScopeTree } from "@/people/ScopeTree";
import { same } from "@/people/scope";
import { ROLES, type Role } from "@/people/search";
import { Trouble } from "@/sign-in/DoorFrame";
import { count, named, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

const DAYS = [1, 3, 7, 14, 30] as const;
const USUAL_DAYS = 7;
const NOTHING: Scope = { everywhere: false, sites: [], rooms: [], booths: [] };

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("proctor");
  const [days, setDays] = useState(USUAL_DAYS);
  const [scope, setScope] = useState(NOTHING);
  const invite = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/invitations", {
          body: {
            role,
            display_name: name.trim(),
            days,
            scope: role === "admin" ? NOTHING : scope,
            ...(email.trim() ? { email: email.trim() } : {}),
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: peopleKeys.invitations }),
  });
  if (invite.data) {
    return (
      <HandOver
        title={t("invitations.made", { name: invite.data.invitation.display_name })}
        lead={t("invitations.made-lead")}
        path={invite.data.link}
        until={invite.data.invitation.expires_at}
        onClose={onClose}
      />
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) invite.mutate();
  };
  const nowhere = role !== "admin" && same(scope, NOTHING);
  return (
    <Modal open wide title={t("invitations.invite")} onOpenChange={(open) => !open && onClose()}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("invitations.name")} hint={t("invitations.name-hint")}>
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
          <Field label={t("invitations.email")} hint={t("invitations.email-hint")}>
            {(field) => (
              <input
                {...field}
                type="email"
                value={email}
                maxLength={254}
                autoComplete="off"
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
          <Field label={t("people.role")} hint={t(`invitations.role-${role}`)}>
            {(field) => (
              <select {...field} value={role} onChange={(event) => setRole(event.target.value as Role)}>
                {ROLES.toReversed().map((each) => (
                  <option key={each} value={each}>
                    {named("role", each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t("invitations.days")}>
            {(field) => (
              <select {...field} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {DAYS.map((each) => (
                  <option key={each} value={each}>
                    {count("tokens.days", each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <fieldset>
          <legend className="mb-1 font-medium">{t("people.scope")}</legend>
          {role === "admin" ? (
            <p className="text-ink-2">{t("scope.admin")}</p>
          ) : (
            <ScopeTree scope={scope} onChange={setScope} />
          )}
          {nowhere && <p className="mt-1 text-ink-3 text-xs">{t("invitations.nowhere")}</p>}
        </fieldset>
        <Trouble said={invite.isError ? describe(invite.error) : ""} />
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("account.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={invite.isPending || !name.trim()}>
            {t("invitations.make")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
