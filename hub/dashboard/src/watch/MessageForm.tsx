/** A message for the booth's screen; the candidate confirms there that they have read it. */
import { type FormEvent, useState } from "react";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";
import { useSay } from "@/watch/say";

const LONGEST = 500;

export function MessageForm({ boothId, onClose }: { boothId: string; onClose: () => void }) {
  const [text, setText] = useState("");
  const say = useSay(boothId);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) say.mutate(text.trim(), { onSuccess: () => setText("") });
  };
  return (
    <form onSubmit={send} className="flex flex-wrap items-start gap-2 border-line border-t p-2">
      <textarea
        // biome-ignore lint/a11y/noAutofocus: opened by the person who wants to write
        autoFocus
        rows={2}
        maxLength={LONGEST}
        value={text}
        aria-label={t("talk.message-label")}
        placeholder={t("talk.message-hint")}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && !event.shiftKey) send(event);
        }}
        className="min-w-64 flex-1 resize-y rounded-md border border-line-strong bg-surface px-2.5 py-1.5"
      />
      <Button type="submit" look="ink" disabled={say.isPending || !text.trim()}>
        {t(say.isPending ? "talk.sending" : "talk.send")}
      </Button>
      <Button look="bare" onClick={onClose}>
        {t("violation.close")}
      </Button>
      <p role="status" className={`w-full text-xs ${say.isError ? "text-high" : "text-ink-3"}`}>
        {say.isError ? describe(say.error) : say.isSuccess && !text ? t("talk.sent") : null}
      </p>
    </form>
  );
}
