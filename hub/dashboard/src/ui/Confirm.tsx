/** Asks before what cannot be taken back; where much depends on it, a word must be typed first. */
import { type FormEvent, type ReactNode, useState } from "react";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

type Props = {
  title: string;
  lead: string;
  /** What the button says. */
  act: string;
  busy?: boolean;
  error?: unknown;
  /** Must be typed before it is done. */
  word?: string;
  /** It cannot be done: `children` say why. */
  blocked?: boolean;
  onDo: () => void;
  onClose: () => void;
  children?: ReactNode;
};

export function Confirm(props: Props) {
  const { title, lead, act, busy = false, error, word, blocked = false, onDo, onClose, children } = props;
  const [typed, setTyped] = useState("");
  const ready = !blocked && (word === undefined || typed.trim().toLowerCase() === word.toLowerCase());
  return (
    <Modal open title={title} lead={lead} onOpenChange={(open) => !open && onClose()}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (ready && !busy) onDo();
        }}
      >
        {children}
        {word !== undefined && (
          <Field label={t("confirm.type", { word })}>
            {(field) => (
              <input
                {...field}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        )}
        {error != null && (
          <p role="alert" className="text-high">
            {describe(error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("confirm.keep")}
          </Button>
          <Button type="submit" look="ink" disabled={!ready || busy}>
            {act}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
