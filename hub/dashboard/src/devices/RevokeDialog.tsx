/** Takes a device's trust away, with a reason for the record and the booth's id typed: there is no way back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import type { Device } from "@/api/types";
import { forgetDevices, on } from "@/devices/queries";
import { ReasonField } from "@/devices/ReasonField";
import { t } from "@/text/text";
import { Confirm } from "@/ui/Confirm";

export function RevokeDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const revoke = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/devices/{device_id}/revoke", {
          ...on(device.device_id),
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: onClose,
    onSettled: () => forgetDevices(client),
  });
  return (
    <Confirm
      title={t("device.revoke-of", { name: device.booth_name })}
      lead={t("device.revoke-lead")}
      act={t("device.revoke")}
      word={device.booth_id}
      busy={revoke.isPending}
      blocked={reason.trim() === ""}
      error={revoke.error}
      onDo={() => revoke.mutate()}
      onClose={onClose}
    >
      {device.exam_session_on && <p className="text-medium">{t("device.revoke-sitting")}</p>}
      <ReasonField value={reason} onChange={setReason} hint={t("device.reason-hint")} />
    </Confirm>
  );
}
