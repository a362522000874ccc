/** What the address of the list of devices says, and what of the list is meant by it. */
import type { Device, DeviceStatus } from "@/api/types";
import { locale } from "@/text/text";
import { parseSort, type Sort, sortText } from "@/ui/SortHead";

export const STATUSES = [
  "degraded",
  "offline",
  "online",
  "new",
  "expired",
  "revoked",
] as const satisfies readonly DeviceStatus[];
const SORTS = ["booth", "status", "version", "ends", "seen", "heat"] as const;
export type DeviceSort = (typeof SORTS)[number];

export type DeviceSearch = { q?: string; status?: DeviceStatus; room?: string; version?: string; sort?: string };

/** The booth that stands in no room. */
export const NO_ROOM = "-";
export const BY_BOOTH: Sort<DeviceSort> = { by: "booth", down: false };

export function parseDeviceSearch(raw: Record<string, unknown>): DeviceSearch {
  const status = STATUSES.find((known) => known === raw.status);
  const sort = parseSort(raw.sort, SORTS);
  return {
    ...(typeof raw.q === "string" && raw.q ? { q: raw.q.slice(0, 100) } : {}),
    ...(status ? { status } : {}),
    ...(typeof raw.room === "string" && raw.room ? { room: raw.room } : {}),
    ...(typeof raw.version === "string" && raw.version ? { version: raw.version } : {}),
    ...(sort ? { sort: sortText(sort) } : {}),
  };
}

export function sortOf(search: DeviceSearch): Sort<DeviceSort> {
  return parseSort(search.sort, SORTS) ?? BY_BOOTH;
}

/** What people would type of a device: its booth, board, version, serial numbers, who enrolled it. */
function words(device: Device): string {
  const { booth_name, booth_id, model, version, serial, enrolled_by } = device;
  return [booth_name, booth_id, model, version, serial, enrolled_by].join(" ").toLowerCase();
}

/** All but the status: of these the counts beside the words are. */
export function matching(devices: Device[], search: DeviceSearch): Device[] {
  const asked = search.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  return devices.filter(
    (device) =>
      (!search.room || (device.room_id ?? NO_ROOM) === search.room) &&
      (!search.version || device.version === search.version) &&
      asked.every((word) => words(device).includes(word)),
  );
}

const names = new Intl.Collator(locale, { numeric: true });
const never = Number.NEGATIVE_INFINITY;
const time = (at: string | null | undefined) => (at ? Date.parse(at) : never);

const ORDER: Record<DeviceSort, (a: Device, b: Device) => number> = {
  booth: () => 0,
  status: (a, b) => rank(a.status) - rank(b.status),
  version: (a, b) => names.compare(a.version ?? "", b.version ?? ""),
  ends: (a, b) => time(a.not_after) - time(b.not_after),
  seen: (a, b) => time(b.last_seen_at) - time(a.last_seen_at),
  heat: (a, b) => (b.temperature_c ?? never) - (a.temperature_c ?? never),
};

function rank(status: DeviceStatus): number {
  const found = STATUSES.findIndex((known) => known === status);
  return found < 0 ? STATUSES.length : found;
}

export function sorted(devices: Device[], { by, down }: Sort<DeviceSort>): Device[] {
  const sign = down ? -1 : 1;
  return devices.toSorted((a, b) => {
    const first = ORDER[by](a, b);
    // Two that were never seen: Infinity less itself is no number.
    if (first) return sign * first;
    return (by === "booth" ? sign : 1) * names.compare(a.booth_name, b.booth_name);
  });
}
