/** The devices of a rollout, those that want somebody first: what each is at, why, and which version it runs. */
import { Link } from "@tanstack/react-router";
import { Check, CircleDashed, Clock, LoaderCircle, type LucideIcon, Minus, Undo2, X } from "lucide-react";
import { named, t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";
import type { RolloutDevice } from "@/updates/queries";

type State = RolloutDevice["state"];

/** As they are shown. */
const STATES = [
  "failed",
  "rolled_back",
  "trial",
  "testing",
  "staging",
  "fetching",
  "postponed",
  "waiting",
  "healthy",
  "skipped",
] as const satisfies readonly State[];
const LOOKS: Record<State, { icon: LucideIcon; color: string }> = {
  failed: { icon: X, color: "text-high" },
  rolled_back: { icon: Undo2, color: "text-high" },
  trial: { icon: LoaderCircle, color: "text-ink" },
  testing: { icon: LoaderCircle, color: "text-ink" },
  staging: { icon: LoaderCircle, color: "text-ink" },
  fetching: { icon: LoaderCircle, color: "text-ink" },
  postponed: { icon: Clock, color: "text-medium" },
  waiting: { icon: CircleDashed, color: "text-ink-3" },
  healthy: { icon: Check, color: "text-accent" },
  skipped: { icon: Minus, color: "text-ink-3" },
};

/** Those that want somebody first, then those that are at it; among them by phase and name. */
export function urgentFirst(devices: readonly RolloutDevice[]): RolloutDevice[] {
  return devices.toSorted(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      a.phase - b.phase ||
      a.booth_name.localeCompare(b.booth_name, undefined, { numeric: true }),
  );
}

function Doing({ device }: { device: RolloutDevice }) {
  const { icon: Icon, color } = LOOKS[device.state];
  return (
    <>
      <span data-state={device.state} className={`inline-flex items-center gap-1.5 whitespace-nowrap ${color}`}>
        <Icon size={14} aria-hidden="true" />
        {named("rollout.device", device.state)}
        {device.progress !== null && <span className="tabular text-ink-2">{number(100 * device.progress)} %</span>}
      </span>
      {device.reason && <span className="block max-w-md text-ink-2 text-xs">{device.reason}</span>}
    </>
  );
}

const COLUMNS: Column<RolloutDevice>[] = [
  {
    name: t("devices.booth"),
    heads: true,
    show: ({ booth_name, device_id }) => (
      <Link
        to="/devices/$deviceId"
        params={{ deviceId: device_id }}
        className="font-medium underline-offset-2 hover:underline"
      >
        {booth_name}
      </Link>
    ),
  },
  { name: t("rollout.phase-head"), show: ({ phase }) => phase + 1 },
  { name: t("rollout.doing"), show: (device) => <Doing device={device} /> },
  {
    name: t("rollout.versions"),
    show: ({ version_before, version }) => (
      <span className="whitespace-nowrap">
        {version_before ?? "—"} → {version ?? "—"}
      </span>
    ),
  },
  { name: t("rollout.changed"), show: ({ changed_at }) => <When at={changed_at} show="age" /> },
];

export function RolloutDevices({ devices, version }: { devices: readonly RolloutDevice[]; version: string }) {
  return (
    <Table
      label={t("rollout.devices-of", { version })}
      columns={COLUMNS}
      items={urgentFirst(devices)}
      rowKey={({ device_id }) => device_id}
      onRetry={() => undefined}
      empty={<Notice title={t("rollout.devices-none")} />}
    />
  );
}
