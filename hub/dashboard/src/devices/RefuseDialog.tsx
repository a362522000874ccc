/** Sends a device away that asked to be let in, with a reason for the record. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import type { EnrolmentRequest } from "@/api/types";
import { forgetDevices } from "@/devices/queries";
import { ReasonField } from "@/devices/ReasonField";
import { veiled } from "@/devices/request";
import { t } from "@/text/text";
import { Confirm } from "@/ui/Confirm";

export function RefuseDialog({ request, onClose }: { request: EnrolmentRequest; onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const refuse = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/enrolment-requests/{request_id}/refuse", {
          params: { path: { request_id: request.request_id } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: onClose,
    onSettled: () => forgetDevices(client),
  });
  return (
    <Confirm
      title={t("enrolment.refuse-of", { code: veiled(request.code) })}
      lead={t("enrolment.refuse-lead")}
      act={t("enrolment.refuse")}
      busy={refuse.isPending}
      blocked={reason.trim() === ""}
      error={refuse.error}
      onDo={() => refuse.mutate()}
      onClose={onClose}
    >
      <ReasonField value={reason} onChange={setReason} hint={t("enrolment.refuse-hint")} />
    </Confirm>
  );
}
