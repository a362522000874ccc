/** What was said to the candidate, and the field to say more: a message, or a warning that stays on record as one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { cannedQuery, examSessionKeys, messagesQuery } from "@/exam-sessions/queries";
import { locale, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { INPUT } from "@/ui/Field";
import { describe } from "@/ui/Notice";

type Kind = "message" | "warning";

function useSend(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (said: { text: string; kind: Kind }) =>
      ask(
        api.POST("/api/v1/exam-sessions/{exam_session_id}/messages", {
          params: { path: { exam_session_id: id } },
          body: { ...said, language: locale },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: examSessionKeys.messages(id) }),
  });
}

function Speak({ id }: { id: string }) {
  const [text, setText] = useState("");
  const send = useSend(id);
  const canned = useQuery(cannedQuery).data?.items ?? [];
  const inLanguage = (texts: Record<string, string>) => texts[locale] ?? texts.en ?? "";
  const say = (kind: Kind) => {
    if (text.trim()) send.mutate({ text: text.trim(), kind }, { onSuccess: () => setText("") });
  };
  return (
    <form
      className="flex flex-col gap-2 pt-2"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        say("message");
      }}
    >
      <textarea
        rows={2}
        maxLength={500}
        value={text}
        aria-label={t("talk.message-label")}
        placeholder={t("said.placeholder")}
        onChange={(event) => setText(event.target.value)}
        className={INPUT}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" size="sm" disabled={send.isPending || !text.trim()}>
          {t("said.send")}
        </Button>
        <Button size="sm" disabled={send.isPending || !text.trim()} onClick={() => say("warning")}>
          {t("said.warn")}
        </Button>
        {canned.length > 0 && (
          <Choose
            label={t("said.canned")}
            any={t("said.canned")}
            value={undefined}
            choices={canned.map((each) => ({ value: each.canned_id, label: inLanguage(each.texts) }))}
            onChange={(chosen) => {
              const found = canned.find((each) => each.canned_id === chosen);
              if (found) setText(inLanguage(found.texts));
            }}
          />
        )}
      </div>
      {send.isError && (
        <p role="alert" className="text-high text-xs">
          {describe(send.error)}
        </p>
      )}
    </form>
  );
}

export function Said({ id, maySay }: { id: string; maySay: boolean }) {
  const messages = useQuery(messagesQuery(id)).data?.items ?? [];
  return (
    <>
      {messages.length === 0 && <p className="py-2 text-ink-3">{t("said.none")}</p>}
      <ol className="divide-y divide-line">
        {messages.map((message) => (
          <li key={message.message_id} className="py-2">
            <p className="break-words">
              {message.kind === "warning" && <strong className="mr-1 text-medium">{t("said.warning")}</strong>}
              {message.text}
            </p>
            <p className="text-ink-3 text-xs">
              {message.display_name} · <When at={message.sent_at} show="clock" /> ·{" "}
              {t(message.read_at ? "said.read" : message.delivered_at ? "said.delivered" : "said.sent")}
            </p>
          </li>
        ))}
      </ol>
      {maySay && <Speak id={id} />}
    </>
  );
}
