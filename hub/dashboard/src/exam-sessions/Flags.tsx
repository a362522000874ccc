/** Moments that a person marked, and the field to mark this one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { examSessionKeys, flagsQuery } from "@/exam-sessions/queries";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { INPUT } from "@/ui/Field";
import { describe } from "@/ui/Notice";

function Mark({ id }: { id: string }) {
  const [note, setNote] = useState("");
  const client = useQueryClient();
  const mark = useMutation({
    mutationFn: (said: string) =>
      ask(
        api.POST("/api/v1/exam-sessions/{exam_session_id}/flags", {
          params: { path: { exam_session_id: id } },
          body: { note: said },
        }),
      ),
    onSuccess: () => {
      setNote("");
      return client.invalidateQueries({ queryKey: examSessionKeys.flags(id) });
    },
  });
  return (
    <form
      className="flex gap-2 pt-2"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        mark.mutate(note.trim());
      }}
    >
      <input
        value={note}
        maxLength={500}
        aria-label={t("flag.note")}
        placeholder={t("flag.note")}
        onChange={(event) => setNote(event.target.value)}
        className={INPUT}
      />
      <Button type="submit" size="sm" className="h-auto" disabled={mark.isPending || !note.trim()}>
        {t("flag.add")}
      </Button>
      {mark.isError && (
        <p role="alert" className="text-high text-xs">
          {describe(mark.error)}
        </p>
      )}
    </form>
  );
}

export function Flags({ id, mayMark }: { id: string; mayMark: boolean }) {
  const flags = (useQuery(flagsQuery(id)).data?.items ?? []).filter((flag) => !flag.withdrawn);
  return (
    <>
      {flags.length === 0 && <p className="py-2 text-ink-3">{t("flag.none")}</p>}
      <ol className="divide-y divide-line">
        {flags.map((flag) => (
          <li key={flag.flag_id} className="py-2">
            <p className="break-words">{flag.note}</p>
            <p className="text-ink-3 text-xs">
              {flag.display_name} · <When at={flag.at} show="clock" />
            </p>
          </li>
        ))}
      </ol>
      {mayMark && <Mark id={id} />}
    </>
  );
}
