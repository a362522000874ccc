/** How a device is doing: a shape and one word, with what the word means. */
import type { DeviceCare, DeviceStatus } from "@/api/types";
import { named, t } from "@/text/text";

const SHAPES: Record<DeviceStatus, string> = {
  new: "rounded-full border border-ink-3 border-dashed",
  online: "rounded-full bg-accent",
  degraded: "rotate-45 bg-medium-fill",
  offline: "rounded-full border-2 border-high-fill",
  expired: "border-2 border-medium-fill",
  revoked: "bg-high-fill",
  replaced: "border border-ink-3",
};
const INKS: Partial<Record<DeviceStatus, string>> = { degraded: "text-medium", expired: "text-medium" };
const GRAVE: ReadonlySet<DeviceStatus> = new Set(["offline", "revoked"]);

export function StatusWord({ status }: { status: DeviceStatus }) {
  const ink = GRAVE.has(status) ? "text-high" : (INKS[status] ?? "text-ink-2");
  return (
    <span
      data-status={status}
      title={named("device.means", status)}
      className={`inline-flex shrink-0 items-center gap-1.5 whitespace-nowrap text-xs ${ink}`}
    >
      <span aria-hidden="true" className={`size-2 shrink-0 ${SHAPES[status] ?? SHAPES.replaced}`} />
      {named("device.status", status)}
    </span>
  );
}

/** What a technician should look after, one line each. */
export function Care({ care }: { care: DeviceCare[] }) {
  if (care.length === 0) return <span className="text-ink-3">{t("device.care-none")}</span>;
  return care.map(({ code, detail }) => (
    <span key={`${code} ${detail}`} className="block text-medium">
      {named("device.care", code)}
      {detail && <span className="text-ink-3"> · {detail}</span>}
    </span>
  ));
}
