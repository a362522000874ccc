/** The bar of acts: what the person who looks may do now. Routine acts are done at once; others ask why. */
import { useState } from "react";
import type { ExamSessionDetail } from "@/api/types";
import { ActDialog } from "@/exam-sessions/ActDialog";
import { ACTS, type Act, FINAL, type Given, KEYS, LEADS, UNDO, useAct, WANTS_REASON } from "@/exam-sessions/acts";
import { usePageActs } from "@/palette/acts";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function ActBar({ detail }: { detail: ExamSessionDetail }) {
  const { exam_session: session, actions } = detail;
  const [asking, setAsking] = useState<Act | null>(null);
  const doing = useAct(session.exam_session_id);
  const say = useToast();
  const possible = ACTS.filter((act) => actions.includes(act));

  const perform = (act: Act, given: Given = {}) =>
    doing.mutate(
      { act, given },
      {
        onSuccess: () => {
          setAsking(null);
          const back = UNDO[act];
          say({
            text: t("act.done", { act: t(`act.${act}`) }),
            ...(back ? { undo: () => perform(back) } : {}),
          });
        },
        onError: (error) => {
          if (!asking) say({ text: t("act.failed", { act: t(`act.${act}`), detail: describe(error) }), fault: true });
        },
      },
    );
  const begin = (act: Act) => {
    doing.reset();
    if (WANTS_REASON.has(act) || FINAL.has(act)) setAsking(act);
    else perform(act);
  };
  useKeys(
    Object.fromEntries(
      Object.entries(KEYS).flatMap(([key, act]) => (act && possible.includes(act) ? [[key, () => begin(act)]] : [])),
    ),
    asking === null,
  );
  usePageActs(
    possible.map((act) => {
      const key = Object.entries(KEYS).find(([, known]) => known === act)?.[0];
      return { text: t(`act.${act}`), run: () => begin(act), ...(key === undefined ? {} : { key }) };
    }),
  );
  if (possible.length === 0) return null;
  return (
    <fieldset className="panel flex flex-wrap items-center gap-2 p-2" aria-label={t("act.title")}>
      {possible.map((act) => (
        <Button
          key={act}
          look={LEADS.has(act) ? "ink" : FINAL.has(act) ? "bare" : "quiet"}
          disabled={doing.isPending}
          onClick={() => begin(act)}
        >
          {t(`act.${act}`)}
        </Button>
      ))}
      {asking && (
        <ActDialog
          act={asking}
          boothId={session.booth_id ?? null}
          busy={doing.isPending}
          error={doing.error}
          onDo={(given) => perform(asking, given)}
          onClose={() => setAsking(null)}
        />
      )}
    </fieldset>
  );
}
