/** The certificates that one device ever had, and the code that rescues it where its last one has ended. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import type { Certificate, DeviceDetail } from "@/api/types";
import { CertificateEnd } from "@/devices/Certificate";
import { CodeSteps } from "@/devices/CodeSteps";
import { forgetDevices, on } from "@/devices/queries";
import { named, t } from "@/text/text";
import { duration } from "@/time/format";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

const DOTS: Record<Certificate["state"], string> = {
  in_force: "bg-accent",
  waiting: "border-2 border-accent",
  withdrawn: "border border-ink-3",
  ended: "bg-high",
};

/** Where there is only the one that the page tells of anyway, nothing. */
export function Certificates({ items }: { items: readonly Certificate[] }) {
  if (items.length < 2) return null;
  return (
    <div className="pt-3">
      <h3 className="font-medium text-ink-2 text-xs">{t("certificates.all")}</h3>
      <ul className="tabular divide-y divide-line">
        {items.map((one) => (
          <li key={one.serial} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-1.5">
            <span className="inline-flex min-w-28 items-center gap-1.5">
              <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${DOTS[one.state]}`} />
              {named("certificates.state", one.state)}
            </span>
            <span className="flex-1 text-ink-2">
              {named("certificates.how", one.how)} <When at={one.issued_at} show="clock" />
            </span>
            <CertificateEnd at={one.not_after} />
            <code className="w-full break-all font-mono text-ink-3 text-xs">{one.serial}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

type Made = { code: string; command: string; expires_at: string };

function MadeCode({ made, onClose }: { made: Made; onClose: () => void }) {
  return (
    <Modal open wide title={t("rescue.title")} lead={t("rescue.lead")} onOpenChange={(open) => !open && onClose()}>
      <CodeSteps made={made} asked={t("rescue.code")} />
      <div className="flex justify-end pt-4">
        <Button look="ink" onClick={onClose}>
          {t("device.enrol-done")}
        </Button>
      </div>
    </Modal>
  );
}

/** For a device that was away for so long that its certificate ended: it keeps its key, its booth and its history. */
export function Rescue({ detail }: { detail: DeviceDetail }) {
  const { device, rescue_code: open } = detail;
  const client = useQueryClient();
  const [made, setMade] = useState<Made | null>(null);
  const now = useNow();
  const make = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/devices/{device_id}/rescue-code", on(device.device_id))),
    onSuccess: setMade,
    onSettled: () => forgetDevices(client),
  });
  const withdraw = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/devices/{device_id}/rescue-code", on(device.device_id))),
    onSettled: () => forgetDevices(client),
  });
  const error = make.error ?? withdraw.error;
  return (
    <>
      {open && (
        <p className="tabular w-full text-ink-2 text-xs">
          {t("rescue.open", {
            name: open.created_by ?? t("device.command-line"),
            left: duration(Math.max(0, Date.parse(open.expires_at) - now), false),
          })}{" "}
          <button
            type="button"
            disabled={withdraw.isPending}
            onClick={() => withdraw.mutate()}
            className="inline-flex min-h-6 items-center underline underline-offset-2"
          >
            {t("device.code-withdraw")}
          </button>
        </p>
      )}
      {error && (
        <p role="alert" className="w-full text-high">
          {describe(error)}
        </p>
      )}
      <Button disabled={make.isPending} onClick={() => make.mutate()}>
        {t(open ? "rescue.again" : "rescue.make")}
      </Button>
      {made && <MadeCode made={made} onClose={() => setMade(null)} />}
    </>
  );
}
