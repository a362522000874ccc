/** What somebody is called, their role and their scope; saved together. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { peopleKeys, type User } from "@/people/queries";
import { ScopeTree } from "@/people/ScopeTree";
import { same } from "@/people/scope";
import { ROLES, type Role } from "@/people/search";
import { Trouble } from "@/sign-in/DoorFrame";
import { named, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function PersonForm({ user, own }: { user: User; own: boolean }) {
  const client = useQueryClient();
  const toast = useToast();
  const [name, setName] = useState(user.display_name);
  const [role, setRole] = useState<Role>(user.role);
  const [scope, setScope] = useState(user.scope);
  const renamed = name.trim() !== user.display_name && name.trim() !== "";
  const moved = role !== "admin" && !same(scope, user.scope);
  const changed = renamed || role !== user.role || moved;
  const save = useMutation({
    mutationFn: async () => {
      const params = { path: { username: user.username } };
      if (renamed || role !== user.role) {
        const body = { ...(renamed ? { display_name: name.trim() } : {}), ...(role === user.role ? {} : { role }) };
        await ask(api.PATCH("/api/v1/users/{username}", { params, body }));
      }
      if (moved) await ask(api.PUT("/api/v1/users/{username}/scope", { params, body: scope }));
    },
    onSuccess: () => toast({ text: t("person.saved", { name: name.trim() }) }),
    onSettled: () => client.invalidateQueries({ queryKey: peopleKeys.all }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) save.mutate();
  };
  return (
    <form onSubmit={submit} className="panel flex flex-col gap-4 p-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("invitations.name")}>
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
        <Field label={t("people.role")} hint={t(own ? "person.own-role" : `invitations.role-${role}`)}>
          {(field) => (
            <select {...field} value={role} disabled={own} onChange={(event) => setRole(event.target.value as Role)}>
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {named("role", each)}
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
      </fieldset>
      <Trouble said={save.isError ? describe(save.error) : ""} />
      {changed && (
        <div className="flex items-center justify-end gap-2">
          <span className="mr-auto text-ink-2">{t("person.unsaved")}</span>
          <Button
            look="bare"
            onClick={() => {
              setName(user.display_name);
              setRole(user.role);
              setScope(user.scope);
              save.reset();
            }}
          >
            {t("person.discard")}
          </Button>
          <Button type="submit" look="ink" disabled={save.isPending}>
            {t("person.save")}
          </Button>
        </div>
      )}
    </form>
  );
}
