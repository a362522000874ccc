/** The same extra time for several candidates at once. */
import { type FormEvent, useState } from "react";
import type { Candidate } from "@/api/types";
import { isPercent } from "@/candidates/CandidateForm";
import { setExtra, type Told, useEach } from "@/candidates/queries";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

type Props = { candidates: readonly Candidate[]; onClose: () => void; onDone: () => void };

export function ExtraTime({ candidates, onClose, onDone }: Props) {
  const [percent, setPercent] = useState("25");
  const [told, setTold] = useState<Told | null>(null);
  const each = useEach(setExtra(Number(percent)), setTold);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isPercent(percent)) each.mutate(candidates, { onSuccess: onDone });
  };
  return (
    <Modal
      open
      title={count("extra-time.title", candidates.length)}
      lead={t("extra-time.lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <Field label={t("candidate.extra")} error={isPercent(percent) ? undefined : t("candidate.bad-percent")}>
          {(field) => (
            <input
              {...field}
              inputMode="numeric"
              value={percent}
              onChange={(event) => setPercent(event.target.value)}
            />
          )}
        </Field>
        {told && each.isPending && (
          <progress
            className="h-2 w-full accent-accent"
            aria-label={t("imports.progress")}
            value={told.done}
            max={told.of}
          />
        )}
        {each.error && (
          <p role="alert" className="text-high">
            {describe(each.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("candidate.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={each.isPending}>
            {t("candidates.set-extra")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
