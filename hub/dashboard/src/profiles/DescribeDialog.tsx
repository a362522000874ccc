/** What a profile is for, in words of one's own: no new version, as it judges nothing. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeProfile, keepProfile } from "@/profiles/queries";
import type { Profile } from "@/profiles/rules";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

export function DescribeDialog({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const [text, setText] = useState(profile.description);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => changeProfile(profile.name, { version: profile.version, description: text.trim(), note: "" }),
    onSuccess: (saved) => {
      keepProfile(client, saved);
      onClose();
    },
  });
  return (
    <Modal open title={t("profile.describe-title")} onOpenChange={(open) => !open && onClose()}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (!save.isPending) save.mutate();
        }}
      >
        <Field label={t("copy.description")} hint={t("copy.description-hint")}>
          {(field) => (
            <textarea
              {...field}
              rows={3}
              maxLength={1000}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {save.error && (
          <p role="alert" className="text-high">
            {describe(save.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("confirm.keep")}
          </Button>
          <Button type="submit" look="ink" disabled={save.isPending}>
            {t("profile.describe-save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
