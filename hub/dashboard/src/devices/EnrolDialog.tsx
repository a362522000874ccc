/** Lets a device in: for which booth, the code to type, and then its coming is watched. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleDashed } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { api, ask } from "@/api/client";
import { boothsQuery, keys, meQuery } from "@/api/queries";
import type { NewClaimCode } from "@/api/types";
import { devicesQuery, forgetDevices } from "@/devices/queries";
import { StatusWord } from "@/devices/StatusWord";
import { type NewBooth, NewBoothFields, newBoothFault } from "@/places/NewBoothFields";
import { t } from "@/text/text";
import { duration } from "@/time/format";
import { hubNow, useNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

const NEW = " new";

type Given = { claim: NewClaimCode; since: number };

function Step({ done, children }: { done: boolean; children: ReactNode }) {
  const Icon = done ? Check : CircleDashed;
  return (
    <li className={`flex items-center gap-2 ${done ? "" : "text-ink-2"}`}>
      <Icon size={16} aria-hidden="true" className={done ? "text-accent" : "text-ink-3"} />
      <span className="sr-only">{t(done ? "device.step-done" : "device.step-waiting")}</span>
      {children}
    </li>
  );
}

function Coming({ claim, since, onClose }: Given & { onClose: () => void }) {
  const now = useNow();
  const device = useQuery({ ...devicesQuery, refetchInterval: 2000 }).data?.items.find(
    (one) => one.booth_id === claim.booth_id && Date.parse(one.enrolled_at) >= since - 1000,
  );
  const here = device?.availability === "online";
  const left = Date.parse(claim.expires_at) - now;
  return (
    <div className="flex flex-col gap-4">
      <ol className="flex list-decimal flex-col gap-3 pl-5">
        <li>
          <p>{t("device.enrol-type")}</p>
          <CopyCode text={claim.command} className="mt-1" />
        </li>
        <li>
          <p>{t("device.enrol-code")}</p>
          <p className="mt-1 flex flex-wrap items-center gap-3">
            <strong data-testid="claim-code" className="select-all font-mono font-semibold text-xl tracking-wider">
              {claim.code}
            </strong>
            <CopyCode text={claim.code} shown={t("device.copy-code")} />
          </p>
          <p className="tabular mt-1 text-ink-3 text-xs">
            {left > 0 ? t("device.code-left", { left: duration(left, false) }) : t("device.code-ended")}
          </p>
        </li>
      </ol>
      <div role="status" className="border-line border-t pt-3">
        <ul className="flex flex-col gap-1.5">
          <Step done={device !== undefined}>
            {device ? t("device.came", { from: device.enrolled_from ?? "?" }) : t("device.coming")}
          </Step>
          <Step done={here}>{here && device ? <StatusWord status={device.status} /> : t("device.connecting")}</Step>
        </ul>
      </div>
      <div className="flex justify-end">
        <Button look={here ? "ink" : "quiet"} onClick={onClose}>
          {t(here ? "device.enrol-done" : "device.enrol-close")}
        </Button>
      </div>
    </div>
  );
}

type Props = {
  /** Of a device that is to be replaced; otherwise it is chosen. */
  boothId?: string;
  onClose: () => void;
};

export function EnrolDialog({ boothId, onClose }: Props) {
  const client = useQueryClient();
  const me = useQuery(meQuery).data;
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const devices = useQuery(devicesQuery).data?.items ?? [];
  const mayAdd = me?.permissions.includes("places.manage") ?? false;
  const [chosen, setChosen] = useState(boothId ?? "");
  const [fresh, setFresh] = useState<NewBooth>({ booth_id: "", name: "", room_id: "" });
  const [told, setTold] = useState(false);
  const [given, setGiven] = useState<Given | null>(null);
  const adding = chosen === NEW;
  const fault = adding ? newBoothFault(fresh, booths) : chosen === "" ? { booth: t("device.enrol-choose") } : null;
  const replaced = devices.find((one) => one.booth_id === chosen && one.status !== "revoked");

  const make = useMutation({
    mutationFn: async () => {
      const booth_id = adding ? fresh.booth_id : chosen;
      if (adding) {
        const body = { booth_id, name: fresh.name.trim(), room_id: fresh.room_id || null };
        await ask(api.POST("/api/v1/booths", { body }));
        setChosen(booth_id);
        await client.invalidateQueries({ queryKey: keys.booths });
        void client.invalidateQueries({ queryKey: ["rooms"] });
      }
      return ask(api.POST("/api/v1/booths/{booth_id}/claim-code", { params: { path: { booth_id } } }));
    },
    onSuccess: (claim) => setGiven({ claim, since: hubNow() }),
    onSettled: () => forgetDevices(client),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (!fault) make.mutate();
  };
  const name = booths.find((booth) => booth.booth_id === chosen)?.name ?? fresh.name;
  const title = given ? t("device.enrol-for", { name }) : t(boothId ? "device.replace" : "devices.enrol");
  return (
    <Modal open title={title} onOpenChange={(open) => !open && onClose()} wide={given !== null}>
      {given ? (
        <Coming {...given} onClose={onClose} />
      ) : (
        <form onSubmit={send} className="flex flex-col gap-4">
          {boothId === undefined && (
            <Field
              label={t("devices.booth")}
              error={told && fault && "booth" in fault ? fault.booth : undefined}
              hint={t("device.enrol-booth-hint")}
            >
              {(field) => (
                <select {...field} value={chosen} onChange={(event) => setChosen(event.target.value)}>
                  <option value="">{t("device.enrol-choose")}</option>
                  {mayAdd && <option value={NEW}>{t("places.new-booth")}</option>}
                  {booths.map((booth) => (
                    <option key={booth.booth_id} value={booth.booth_id}>
                      {booth.name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
          {adding && <NewBoothFields value={fresh} onChange={setFresh} fault={told ? fault : null} />}
          {replaced && <p className="text-ink-2">{t("device.replace-lead", { name })}</p>}
          {make.isError && (
            <p role="alert" className="text-high">
              {describe(make.error)}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button look="bare" onClick={onClose}>
              {t("places.cancel")}
            </Button>
            <Button type="submit" look="ink" disabled={make.isPending}>
              {t("device.code-make")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
