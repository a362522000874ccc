/** Words kept ready, in every language they are needed in; English is always there, for every booth can show it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { examSessionKeys } from "@/exam-sessions/queries";
import type { Canned } from "@/settings/queries";
import { locale, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { Segments } from "@/ui/Segments";

const names = new Intl.DisplayNames(locale, { type: "language" });
export const languageName = (code: string) => names.of(code) ?? code;
/** Offered beside those that are there; the hub takes any of two letters. */
const OFFERED = ["de", "fr", "es", "it", "pt", "nl", "pl", "cs", "uk", "ru", "tr", "ar", "fa", "zh", "ja"];
/** As many letters as a booth's screen shows in large. */
const MOST = 500;

type Props = { message?: Canned; onClose: () => void; onSaved: () => void };

export function MessageForm({ message, onClose, onSaved }: Props) {
  const client = useQueryClient();
  const [kind, setKind] = useState<Canned["kind"]>(message?.kind ?? "message");
  const [texts, setTexts] = useState<Record<string, string>>(message?.texts ?? { en: "", [locale]: "" });
  const [told, setTold] = useState(false);
  const save = useMutation({
    mutationFn: (body: { kind: Canned["kind"]; texts: Record<string, string> }) =>
      ask(
        message
          ? api.PATCH("/api/v1/canned-messages/{canned_id}", {
              params: { path: { canned_id: message.canned_id } },
              body,
            })
          : api.POST("/api/v1/canned-messages", { body }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: examSessionKeys.canned });
      onSaved();
    },
  });
  const languages = ["en", ...Object.keys(texts).filter((code) => code !== "en")];
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    const said = Object.entries(texts).flatMap(([code, text]) => (text.trim() ? [[code, text.trim()]] : []));
    if (texts.en?.trim()) save.mutate({ kind, texts: Object.fromEntries(said) });
  };
  return (
    <Modal
      open
      title={t(message ? "messages.edit" : "messages.add")}
      lead={t("messages.form-lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <Segments
          label={t("messages.kind")}
          value={kind}
          choices={[
            { value: "message", label: t("said.message") },
            { value: "warning", label: t("said.warning") },
          ]}
          onChange={(value) => (value === "message" || value === "warning") && setKind(value)}
        />
        {languages.map((code) => (
          <Field
            key={code}
            label={languageName(code)}
            error={told && code === "en" && !texts.en?.trim() ? t("messages.needs-english") : undefined}
          >
            {(field) => (
              <textarea
                {...field}
                lang={code}
                dir="auto"
                rows={2}
                maxLength={MOST}
                value={texts[code] ?? ""}
                onChange={(event) => setTexts({ ...texts, [code]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <div>
          <Choose
            label={t("messages.language")}
            any={t("messages.language")}
            value={undefined}
            choices={OFFERED.filter((code) => !(code in texts)).map((code) => ({
              value: code,
              label: languageName(code),
            }))}
            onChange={(code) => code && setTexts({ ...texts, [code]: "" })}
          />
        </div>
        {save.error && (
          <p role="alert" className="text-high">
            {describe(save.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("candidate.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={save.isPending}>
            {t("candidate.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
