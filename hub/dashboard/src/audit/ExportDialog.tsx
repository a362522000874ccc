/** Takes along what the filters show, as a table or as JSON; says how far it is, and can be stopped. */
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useRef, useState } from "react";
import { save } from "@/account/save";
import { download, FORMS, type Form, type Progress } from "@/audit/download";
import type { AuditFilter } from "@/audit/search";
import { count, t } from "@/text/text";
import { number } from "@/time/format";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { Segments } from "@/ui/Segments";
import { useToast } from "@/ui/Toasts";

export function ExportDialog({ filter, onClose }: { filter: AuditFilter; onClose: () => void }) {
  const toast = useToast();
  const [form, setForm] = useState<Form>("csv");
  const [progress, setProgress] = useState<Progress>({ entries: 0, done: null });
  const stop = useRef<AbortController>(null);
  const taking = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController();
      setProgress({ entries: 0, done: null });
      return download(filter, form, stop.current.signal, setProgress);
    },
    onSuccess: (file) => {
      save(`audit-${new Date().toISOString().slice(0, 10)}.${form}`, file);
      toast({ text: t("export.done") });
      onClose();
    },
  });
  const close = () => {
    stop.current?.abort();
    onClose();
  };
  const percent = progress.done === null ? undefined : Math.round(progress.done * 100);
  return (
    <Modal
      open
      title={t("export.title")}
      lead={t(Object.keys(filter).length > 0 ? "export.filtered" : "export.whole")}
      onOpenChange={(open) => !open && close()}
    >
      <div className="flex flex-col gap-4">
        <Segments
          label={t("export.form")}
          value={form}
          choices={FORMS.map((value) => ({ value, label: t(`export.${value}`) }))}
          onChange={(value) => value && !taking.isPending && setForm(value as Form)}
        />
        {taking.isPending && (
          <div className="flex flex-col gap-1.5">
            <div
              role="progressbar"
              aria-label={t("export.busy")}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={percent}
              className="h-1.5 overflow-hidden rounded-full bg-line"
            >
              <div className="h-full bg-accent transition-[width]" style={{ width: `${percent ?? 2}%` }} />
            </div>
            <p className="tabular text-ink-2">
              {count("export.entries", progress.entries, { number: number(progress.entries) })}
            </p>
          </div>
        )}
        {taking.isError && !stop.current?.signal.aborted && (
          <p role="alert" className="text-high">
            {describe(taking.error)}
          </p>
        )}
        <p className="text-ink-3 text-xs">{t("export.recorded")}</p>
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={close}>
            {t("account.cancel")}
          </Button>
          <Button look="ink" disabled={taking.isPending} onClick={() => taking.mutate()}>
            <Download size={15} aria-hidden="true" />
            {t("export.take")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
