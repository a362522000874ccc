/** Devices as a dense table that is sorted by its heads; rows can be chosen for what is asked of several at once. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Device } from "@/api/types";
import { CertificateEnd } from "@/devices/Certificate";
import { Care, StatusWord } from "@/devices/StatusWord";
import type { DeviceSort } from "@/devices/search";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { type Sort, SortHead } from "@/ui/SortHead";
import { CELL, HEAD } from "@/ui/Table";

type Props = {
  devices: Device[];
  roomName: (roomId: string | null) => string;
  sort: Sort<DeviceSort>;
  onSort: (sort: Sort<DeviceSort>) => void;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
};

function Tick({ label, checked, onChange }: { label: string; checked: boolean; onChange: () => void }) {
  return (
    <label className="-m-1.5 grid size-7 cursor-pointer place-items-center">
      <span className="sr-only">{label}</span>
      <input type="checkbox" checked={checked} onChange={onChange} className="size-4 accent-accent" />
    </label>
  );
}

/** Of one that is not connected nobody can say what it wants, but for what its certificate tells. */
function ToDo({ device }: { device: Device }) {
  if (device.care.length > 0 || device.status === "online") return <Care care={device.care} />;
  if (device.revoked_reason) return <span className="text-ink-2">{device.revoked_reason}</span>;
  return <span className="text-ink-3">{t("booth.unknown")}</span>;
}

function Row({ device, room, children }: { device: Device; room: string; children: ReactNode }) {
  const unknown = <span className="text-ink-3">{t("booth.unknown")}</span>;
  return (
    <tr className="group/row hover:bg-hover" data-device={device.booth_id}>
      <td className={`${CELL} w-0`}>{children}</td>
      <th scope="row" className={`${CELL} text-left font-normal`}>
        <Link
          to="/devices/$deviceId"
          params={{ deviceId: device.device_id }}
          className="whitespace-nowrap font-medium underline-offset-2 hover:underline"
        >
          {device.booth_name}
        </Link>
        <span className="block whitespace-nowrap text-ink-3 text-xs">{room}</span>
      </th>
      <td className={CELL}>
        <StatusWord status={device.status} />
      </td>
      <td className={CELL}>
        <ToDo device={device} />
      </td>
      <td className={CELL}>
        {device.version ? <code className="font-mono text-xs">{device.version}</code> : unknown}
        {device.model && <span className="block max-w-56 truncate text-ink-3 text-xs">{device.model}</span>}
      </td>
      <td className={CELL}>{device.temperature_c == null ? unknown : `${number(device.temperature_c)} °C`}</td>
      <td className={CELL}>
        <CertificateEnd at={device.not_after} />
      </td>
      <td className={`${CELL} text-ink-2`}>
        {device.last_seen_at ? <When at={device.last_seen_at} show="age" /> : unknown}
      </td>
    </tr>
  );
}

export function DeviceTable({ devices, roomName, sort, onSort, chosen, onChoose }: Props) {
  const every = devices.length > 0 && devices.every((device) => chosen.has(device.device_id));
  const turn = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  const head = { sort, onSort };
  return (
    <div className="panel overflow-x-auto lg:overflow-visible">
      <table aria-label={t("devices.title")} className="tabular w-full border-separate border-spacing-0">
        <thead>
          <tr>
            <th scope="col" className={`${HEAD} w-0`}>
              <Tick
                label={t("devices.choose-all")}
                checked={every}
                onChange={() => onChoose(every ? new Set() : new Set(devices.map((device) => device.device_id)))}
              />
            </th>
            <SortHead name={t("devices.booth")} by="booth" {...head} />
            <SortHead name={t("devices.status")} by="status" {...head} />
            <th scope="col" className={HEAD}>
              {t("devices.care")}
            </th>
            <SortHead name={t("devices.agent")} by="version" {...head} />
            <SortHead name={t("booth.temperature")} by="heat" {...head} />
            <SortHead name={t("devices.certificate")} by="ends" {...head} />
            <SortHead name={t("booth.last-seen")} by="seen" {...head} />
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <Row key={device.device_id} device={device} room={roomName(device.room_id)}>
              <Tick
                label={t("devices.choose", { name: device.booth_name })}
                checked={chosen.has(device.device_id)}
                onChange={() => turn(device.device_id)}
              />
            </Row>
          ))}
        </tbody>
      </table>
    </div>
  );
}
