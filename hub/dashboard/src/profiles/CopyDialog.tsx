/** A profile of one's own, from one that is there: asks for its name and what it is for. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { keepProfile, makeProfile } from "@/profiles/queries";
import type { Profile, Rules } from "@/profiles/rules";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

type Props = {
  of: Profile;
  /** The values on the page, where they are not those of `of`. */
  rules?: Rules | undefined;
  onClose: () => void;
  /** Before the new profile's page opens. */
  onMade?: () => void;
};

export function CopyDialog({ of, rules, onClose, onMade }: Props) {
  const [name, setName] = useState(t("copy.name-of", { name: of.name }));
  const [description, setDescription] = useState(of.description);
  const [told, setTold] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: () =>
      makeProfile({
        name: name.trim(),
        based_on: of.based_on,
        description: description.trim(),
        rules: rules ?? of.rules,
      }),
    onSuccess: (made) => {
      keepProfile(client, made);
      onMade?.();
      onClose();
      void navigate({ to: "/profiles/$name", params: { name: made.name }, search: {}, ignoreBlocker: true });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (name.trim() && !make.isPending) make.mutate();
  };
  return (
    <Modal
      open
      title={t("copy.title", { name: of.name })}
      lead={t(rules ? "copy.unsaved" : "copy.lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <Field
          label={t("copy.name")}
          hint={t("copy.name-hint")}
          error={told && !name.trim() ? t("copy.name-missing") : undefined}
        >
          {(field) => (
            <input {...field} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label={t("copy.description")} hint={t("copy.description-hint")}>
          {(field) => (
            <textarea
              {...field}
              rows={2}
              maxLength={1000}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        {make.error && (
          <p role="alert" className="text-high">
            {describe(make.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("confirm.keep")}
          </Button>
          <Button type="submit" look="ink" disabled={make.isPending}>
            {t("copy.make")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
