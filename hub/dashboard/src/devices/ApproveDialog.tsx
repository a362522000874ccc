/** Lets a device in that asked: for which booth, and the end of the code typed from its own screen. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, api, ask } from "@/api/client";
import { boothsQuery } from "@/api/queries";
import type { EnrolmentRequest } from "@/api/types";
import { BoothSelect } from "@/devices/BoothSelect";
import { devicesQuery, forgetDevices } from "@/devices/queries";
import { halves, says } from "@/devices/request";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

const plain = (text: string) => text.replace(/[^a-z0-9]/gi, "").toUpperCase();

export function ApproveDialog({ request, onClose }: { request: EnrolmentRequest; onClose: () => void }) {
  const client = useQueryClient();
  const say = useToast();
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const devices = useQuery(devicesQuery).data?.items ?? [];
  const [booth, setBooth] = useState(request.expected_booth_id ?? "");
  const [typed, setTyped] = useState("");
  const [told, setTold] = useState(false);
  const { shown, typed: wanted } = halves(request.code);
  const right = plain(typed) === plain(wanted);
  const name = booths.find((one) => one.booth_id === booth)?.name ?? booth;
  const replaced = devices.some((one) => one.booth_id === booth && one.status !== "revoked");
  const approve = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/enrolment-requests/{request_id}/approve", {
          params: { path: { request_id: request.request_id } },
          body: { booth_id: booth, code: shown + typed.trim().toUpperCase() },
        }),
      ),
    onSuccess: () => {
      say({ text: t("enrolment.approved", { name }) });
      onClose();
    },
    onSettled: () => forgetDevices(client),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (booth && right && !approve.isPending) approve.mutate();
  };
  const gone = approve.error instanceof ApiError && approve.error.status === 404;
  return (
    <Modal
      open
      title={t("enrolment.approve-title")}
      lead={t("enrolment.approve-lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <p>
          {t("enrolment.says")} <span className="text-ink-2">{says(request)}</span>
        </p>
        <BoothSelect
          value={booth}
          onChange={setBooth}
          error={told && !booth ? t("device.enrol-choose") : undefined}
          {...(request.expected_booth_id ? { hint: t("enrolment.expected-for", { name }) } : {})}
        />
        {replaced && <p className="text-ink-2">{t("device.replace-lead", { name })}</p>}
        <Field
          label={t("enrolment.code", { shown })}
          hint={t("enrolment.code-hint")}
          error={told && !right ? t("enrolment.code-wrong") : undefined}
        >
          {(field) => (
            <input
              {...field}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              maxLength={wanted.length + 2}
              onChange={(event) => setTyped(event.target.value)}
              className={`${field.className} max-w-40 font-mono text-base uppercase tracking-wider`}
            />
          )}
        </Field>
        {approve.isError && (
          <p role="alert" className="text-high">
            {gone ? t("enrolment.gone") : describe(approve.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("places.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={approve.isPending}>
            {t("enrolment.approve")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
