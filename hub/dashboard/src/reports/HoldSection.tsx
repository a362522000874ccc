/** The legal hold: whether one is in force, who set it and why, and for those who may, setting and lifting it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { examSessionKeys } from "@/exam-sessions/queries";
import { holdsQuery, type LegalHold, type Report } from "@/reports/queries";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Section } from "@/ui/Facts";
import { Field } from "@/ui/Field";
import { useToast } from "@/ui/Toasts";

function useHold(id: string, held: boolean) {
  const client = useQueryClient();
  const params = { path: { exam_session_id: id } };
  return useMutation({
    mutationFn: (reason: string) =>
      held
        ? ask(
            api.DELETE("/api/v1/exam-sessions/{exam_session_id}/legal-hold", {
              params: { ...params, query: { reason } },
            }),
          )
        : ask(api.POST("/api/v1/exam-sessions/{exam_session_id}/legal-hold", { params, body: { reason } })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: examSessionKeys.one(id) }),
        client.invalidateQueries({ queryKey: examSessionKeys.lists }),
      ]),
  });
}

function Ask({ id, held, onClose }: { id: string; held: boolean; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const hold = useHold(id, held);
  const say = useToast();
  const which = held ? "lift" : "set";
  return (
    <Confirm
      title={t(`hold.${which}`)}
      lead={t(`hold.${which}-lead`)}
      act={t(`hold.${which}`)}
      busy={hold.isPending}
      error={hold.error}
      blocked={!reason.trim()}
      onDo={() =>
        hold.mutate(reason.trim(), {
          onSuccess: () => {
            say({ text: t(`hold.${which}-done`) });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <Field label={t("act.reason")} hint={t("hold.reason-hint")}>
        {(field) => (
          <textarea
            {...field}
            rows={3}
            maxLength={1000}
            required
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}

function Past({ hold }: { hold: LegalHold }) {
  return (
    <li className="py-2">
      <p className="break-words">{hold.reason}</p>
      <p className="text-ink-3 text-xs">
        {t("hold.placed", { name: hold.placed_by })} · <When at={hold.placed_at} show="clock" />
      </p>
      {hold.released_at && (
        <p className="break-words text-ink-3 text-xs">
          {t("hold.released", { name: hold.released_by ?? "" })} · <When at={hold.released_at} show="clock" /> ·{" "}
          {hold.release_reason}
        </p>
      )}
    </li>
  );
}

type Props = { report: Report; history: boolean; mayChange: boolean };

export function HoldSection({ report, history, mayChange }: Props) {
  const [asking, setAsking] = useState(false);
  const id = report.exam_session_id;
  const held = report.legal_hold ?? false;
  const holds = useQuery({ ...holdsQuery(id), enabled: history }).data?.items ?? [];
  return (
    <Section title={t("hold.title")}>
      <p className={`flex items-center gap-2 py-2 ${held ? "font-medium text-medium" : "text-ink-2"}`}>
        {held && <Scale size={15} aria-hidden="true" />}
        {t(held ? "hold.on" : "hold.off")}
      </p>
      {holds.length > 0 && (
        <ol className="divide-y divide-line border-line border-t">
          {holds.map((hold) => (
            <Past key={hold.hold_id} hold={hold} />
          ))}
        </ol>
      )}
      {mayChange && (
        <Button size="sm" className="mt-1 print:hidden" onClick={() => setAsking(true)}>
          {t(held ? "hold.lift" : "hold.set")}
        </Button>
      )}
      {asking && <Ask id={id} held={held} onClose={() => setAsking(false)} />}
    </Section>
  );
}
