/** A one-time link to hand over: shown this once, whole, to copy. */
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Modal } from "@/ui/Modal";

type Props = { title: string; lead: string; path: string; until: string; onClose: () => void };

export function HandOver({ title, lead, path, until, onClose }: Props) {
  return (
    <Modal open wide title={title} lead={lead} onOpenChange={(open) => !open && onClose()}>
      <div className="flex flex-col gap-4">
        <CopyCode text={`${location.origin}${path}`} className="self-start" />
        <p className="text-ink-2">
          {t("hand-over.once")} {t("hand-over.until")} <When at={until} show="clock" />.
        </p>
        <Button look="ink" className="self-end" onClick={onClose}>
          {t("hand-over.done")}
        </Button>
      </div>
    </Modal>
  );
}
