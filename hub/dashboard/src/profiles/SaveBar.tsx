/** What was changed and not saved, at the foot of the page until it is one or the other. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ChangeList } from "@/profiles/ChangeList";
import type { Difference, Key } from "@/profiles/differences";
import { changeProfile, keepProfile, profileKeys } from "@/profiles/queries";
import type { Profile, Rules } from "@/profiles/rules";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { INPUT } from "@/ui/Field";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

type Props = {
  profile: Profile;
  rules: Rules;
  changes: Difference[];
  wrong: Map<Key, string>;
  onSaved: () => void;
  onDiscard: () => void;
  onRefused: (error: unknown) => void;
};

export function SaveBar({ profile, rules, changes, wrong, onSaved, onDiscard, onRefused }: Props) {
  const [note, setNote] = useState("");
  const id = useId();
  const client = useQueryClient();
  const toast = useToast();
  const save = useMutation({
    mutationFn: () => changeProfile(profile.name, { version: profile.version, rules, note: note.trim() }),
    onSuccess: (saved) => {
      onSaved();
      keepProfile(client, saved);
      toast({ text: t("save.done", { name: saved.name, version: saved.version }) });
    },
    onError: (error) => {
      onRefused(error);
      // Somebody was faster: their version comes in beneath what was changed here, and can be looked at.
      void client.invalidateQueries({ queryKey: profileKeys.one(profile.name) });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (wrong.size === 0 && !save.isPending) save.mutate();
  };
  return (
    <form
      onSubmit={send}
      className="panel sticky bottom-16 z-20 flex flex-col gap-2 border-line-strong px-4 py-3 md:bottom-3"
      aria-label={count("save.changes", changes.length)}
    >
      <div className="flex flex-wrap items-center gap-3">
        <details className="min-w-0">
          <summary className="min-h-6 cursor-pointer font-medium">{count("save.changes", changes.length)}</summary>
          <div className="mt-1 max-h-48 overflow-y-auto">
            <ChangeList changes={changes} />
          </div>
        </details>
        <label htmlFor={id} className="sr-only">
          {t("save.note")}
        </label>
        <input
          id={id}
          value={note}
          maxLength={1000}
          placeholder={t("save.note-hint")}
          onChange={(event) => setNote(event.target.value)}
          className={`${INPUT} h-9 min-w-40 flex-1`}
        />
        <Button look="bare" onClick={onDiscard}>
          {t("save.discard")}
        </Button>
        <Button type="submit" look="ink" disabled={wrong.size > 0 || save.isPending}>
          {save.isPending ? t("save.saving") : t("save.do", { version: profile.version + 1 })}
        </Button>
      </div>
      {wrong.size > 0 ? (
        <p role="status" className="text-high">
          {count("save.wrong", wrong.size)}
        </p>
      ) : save.error ? (
        <p role="alert" className="text-high">
          {describe(save.error)}
        </p>
      ) : (
        <p className="text-ink-3 text-xs">{t("save.who")}</p>
      )}
    </form>
  );
}
