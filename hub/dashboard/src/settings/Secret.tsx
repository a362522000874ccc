/** The secret with which a receiver checks signatures: shown this once. */
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Modal } from "@/ui/Modal";

export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Modal
      open
      title={t("webhooks.secret")}
      lead={t("webhooks.secret-lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <CopyCode text={secret} className="w-full" />
      <div className="mt-4 flex justify-end">
        <Button look="ink" onClick={onClose}>
          {t("webhooks.secret-stored")}
        </Button>
      </div>
    </Modal>
  );
}
