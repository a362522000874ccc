/** Lets a device in: for which booth, the code to type, and then its coming is watched. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleDashed } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { api, ask } from "@/api/client";
import { boothsQuery, keys, meQuery } from "@/api/queries";
import type { NewClaimCode } from "@/api/types";
import { BoothSelect } from "@/devices/BoothSelect";
import { CodeSteps } from "@/devices/CodeSteps";
import { devicesQuery, forgetDevices } from "@/devices/queries";
import { StatusWord } from "@/devices/StatusWord";
import { type NewBooth, NewBoothFields, newBoothFault } from "@/places/NewBoothFields";
import { t } from "@/text/text";
import { hubNow } from "@/time/now";
import { Button } from "@/ui/Button";
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
  const device = useQuery({ ...devicesQuery, refetchInterval: 2000 }).data?.items.find(
    (one) => one.booth_id === claim.booth_id && Date.parse(one.enrolled_at) >= since - 1000,
  );
  const here = device?.availability === "online";
  return (
    <div className="flex flex-col gap-4">
      <CodeSteps made={claim} asked={t("device.enrol-code")} />
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
            <BoothSelect
              value={chosen}
              onChange={setChosen}
              error={told && fault && "booth" in fault ? fault.booth : undefined}
              hint={t("device.enrol-booth-hint")}
            >
              {mayAdd && <option value={NEW}>{t("places.new-booth")}</option>}
            </BoothSelect>
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
