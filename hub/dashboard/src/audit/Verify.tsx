/** Walks the chain of hashes, and says what that proves and what it does not. */
import { useMutation } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import type { AuditVerified } from "@/audit/queries";
import { count, t } from "@/text/text";
import { number } from "@/time/format";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

function Result({ found }: { found: AuditVerified }) {
  const Icon = found.intact ? ShieldCheck : ShieldAlert;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex gap-3">
        <Icon
          size={28}
          aria-hidden="true"
          className={`shrink-0 ${found.intact ? "text-accent" : "text-high"}`}
          strokeWidth={1.7}
        />
        <div>
          <p className="font-semibold text-base">
            {found.intact
              ? count("chain.intact", found.entries, { number: number(found.entries) })
              : t("chain.broken", { number: found.broken_at ?? "?" })}
          </p>
          <p className="text-ink-2">{found.intact ? t("chain.means") : t("chain.broken-detail", { why: found.why })}</p>
        </div>
      </div>
      {found.deleted_up_to > 0 && (
        <p>
          {t("chain.deleted", { number: number(found.deleted_up_to) })}{" "}
          {found.deletion !== "none" && t(`chain.deletion-${found.deletion}`)}
        </p>
      )}
      <div className="flex flex-col gap-1.5 rounded-md bg-sunken p-3">
        <p className="font-medium">{t("chain.note")}</p>
        <p className="text-ink-2">{t("chain.note-detail")}</p>
        <CopyCode
          className="self-start"
          text={`${found.deleted_up_to + found.entries} ${found.head_sha256}`}
          shown={`${found.deleted_up_to + found.entries} ${found.head_sha256.slice(0, 32)}…`}
        />
      </div>
      <div>
        <p className="text-ink-2">{t("chain.again")}</p>
        <CopyCode text="invigil-hub audit verify --data DIR" className="mt-1" />
      </div>
    </div>
  );
}

export function Verify() {
  const [open, setOpen] = useState(false);
  const verify = useMutation({ mutationFn: () => ask(api.GET("/api/v1/audit/verify")) });
  const begin = () => {
    setOpen(true);
    verify.mutate();
  };
  return (
    <>
      <Button onClick={begin}>
        <ShieldCheck size={15} aria-hidden="true" />
        {t("chain.begin")}
      </Button>
      <Modal open={open} wide title={t("chain.title")} lead={t("chain.lead")} onOpenChange={setOpen}>
        {verify.isPending && (
          <div role="status" className="flex flex-col gap-3 py-4">
            <p>{t("chain.busy")}</p>
            <div className="h-1 overflow-hidden rounded-full bg-line">
              <div className="h-full w-1/3 animate-pulse-slow rounded-full bg-accent" />
            </div>
          </div>
        )}
        {verify.isError && (
          <div role="alert" className="flex flex-col items-start gap-3">
            <p className="text-high">{describe(verify.error)}</p>
            <Button onClick={() => verify.mutate()}>{t("error.retry")}</Button>
          </div>
        )}
        {verify.data && !verify.isPending && <Result found={verify.data} />}
      </Modal>
    </>
  );
}
