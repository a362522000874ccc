/** A dialog in the middle of the page; Escape and the veil close it. */
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { t } from "@/text/text";

type Props = {
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What a screen reader says after the title. */
  lead?: string;
  wide?: boolean;
  children: ReactNode;
};

export function Modal({ title, open, onOpenChange, lead, wide = false, children }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-[fade-in_120ms] bg-veil" />
        <Dialog.Content
          {...(lead === undefined ? { "aria-describedby": undefined } : {})}
          className={`fixed top-1/2 left-1/2 z-50 max-h-[90dvh] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-lg border border-line-strong bg-surface p-5 ${wide ? "w-[min(94vw,720px)]" : "w-[min(92vw,420px)]"}`}
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="font-semibold text-lg">{title}</Dialog.Title>
            <Dialog.Close
              aria-label={t("violation.close")}
              className="-mr-2 grid size-8 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X size={18} />
            </Dialog.Close>
          </div>
          {lead !== undefined && <Dialog.Description className="mb-4 text-ink-2">{lead}</Dialog.Description>}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
