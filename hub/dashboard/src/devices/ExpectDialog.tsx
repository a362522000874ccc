/** Expects a device by the serial number of its board: when it comes, it is let in without anybody at its side. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { BoothSelect } from "@/devices/BoothSelect";
import { forgetDevices } from "@/devices/queries";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

const DAYS = [1, 7, 14, 30];

export function ExpectDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const say = useToast();
  const [serial, setSerial] = useState("");
  const [booth, setBooth] = useState("");
  const [days, setDays] = useState(7);
  const [told, setTold] = useState(false);
  const expect = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/expected-devices", {
          body: { hardware_serial: serial.trim(), booth_id: booth, days },
        }),
      ),
    onSuccess: ({ hardware_serial }) => {
      say({ text: t("enrolment.expects", { serial: hardware_serial }) });
      onClose();
    },
    onSettled: () => forgetDevices(client),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (serial.trim() && booth && !expect.isPending) expect.mutate();
  };
  return (
    <Modal
      open
      title={t("enrolment.expect")}
      lead={t("enrolment.expect-lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <Field
          label={t("device.hardware-serial")}
          hint={t("enrolment.serial-hint")}
          error={told && !serial.trim() ? t("enrolment.serial-missing") : undefined}
        >
          {(field) => (
            <input
              {...field}
              value={serial}
              maxLength={64}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setSerial(event.target.value)}
              className={`${field.className} font-mono`}
            />
          )}
        </Field>
        <BoothSelect value={booth} onChange={setBooth} error={told && !booth ? t("device.enrol-choose") : undefined} />
        <Field label={t("enrolment.for")}>
          {(field) => (
            <select {...field} value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {DAYS.map((each) => (
                <option key={each} value={each}>
                  {count("enrolment.days", each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {expect.isError && (
          <p role="alert" className="text-high">
            {describe(expect.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("places.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={expect.isPending}>
            {t("enrolment.expect")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
