/** The bar of decisions: confirm, dismiss with a reason by number, a note in the same line. It never opens a dialog. */
import { Check, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { type DismissalReason, REASONS } from "@/review/decision";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { INPUT } from "@/ui/Field";

const KEY = "rounded-sm border border-current/30 px-1 font-mono text-2xs leading-4";

type ReasonsProps = { onReason: (reason: DismissalReason) => void; onClose: () => void };

/** Has the keys while it is open: numbers go to places elsewhere. */
function Reasons({ onReason, onClose }: ReasonsProps) {
  const row = useRef<HTMLFieldSetElement>(null);
  useEffect(() => row.current?.querySelector("button")?.focus(), []);
  const press = (event: KeyboardEvent) => {
    const reason = REASONS[Number.parseInt(event.key, 10) - 1];
    if (!reason && event.key !== "Escape") return;
    event.preventDefault();
    if (reason) onReason(reason);
    else onClose();
  };
  return (
    <fieldset ref={row} onKeyDown={press} data-testid="reasons">
      <legend className="mb-1.5 font-medium">{t("review.reason-ask")}</legend>
      <div className="flex flex-wrap gap-1.5">
        {REASONS.map((reason, index) => (
          <Button key={reason} size="sm" onClick={() => onReason(reason)}>
            <kbd className={KEY}>{index + 1}</kbd>
            {t(`review.reason.${reason}`)}
          </Button>
        ))}
        <Button size="sm" look="bare" onClick={onClose}>
          <kbd className={KEY}>Esc</kbd>
          {t("review.reason-back")}
        </Button>
      </div>
    </fieldset>
  );
}

type Props = {
  /** How many it is about. */
  some: number;
  note: string;
  onNote: (note: string) => void;
  field: RefObject<HTMLInputElement | null>;
  asking: boolean;
  /** Something else was the reason, and the note must say what. */
  owed: boolean;
  onConfirm: () => void;
  onDismiss: () => void;
  onReason: (reason: DismissalReason) => void;
  onClose: () => void;
};

export function Verdict(props: Props) {
  const { some, note, onNote, field, asking, owed, onConfirm, onDismiss, onReason, onClose } = props;
  const typed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape" && owed) onClose();
    if (event.key === "Enter" && owed) {
      if (note.trim()) onReason("other");
      return;
    }
    field.current?.blur();
  };
  return (
    <div className="flex flex-col gap-2.5 border-line border-t bg-surface p-3" data-testid="verdict">
      {asking && <Reasons onReason={onReason} onClose={onClose} />}
      <div className="flex flex-wrap items-center gap-2">
        <Button look="ink" onClick={onConfirm} disabled={asking || owed}>
          <Check size={15} aria-hidden="true" />
          {some > 1 ? t("review.confirm-some", { count: some }) : t("review.confirm")}
          <kbd className={KEY}>C</kbd>
        </Button>
        <Button onClick={onDismiss} aria-expanded={asking} disabled={owed}>
          <X size={15} aria-hidden="true" />
          {some > 1 ? t("review.dismiss-some", { count: some }) : t("review.dismiss")}
          <kbd className={KEY}>D</kbd>
        </Button>
        <input
          ref={field}
          value={note}
          maxLength={1000}
          aria-label={t("review.note")}
          aria-invalid={owed && !note.trim() ? true : undefined}
          placeholder={t(owed ? "review.note-owed" : "review.note-hint")}
          onChange={(event) => onNote(event.target.value)}
          onKeyDown={typed}
          className={`${INPUT} min-w-28 flex-1 basis-0`}
        />
      </div>
    </div>
  );
}
