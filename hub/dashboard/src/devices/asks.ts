/** What is asked of devices from afar, and in which words it is told what came of it. */
import { api, ask } from "@/api/client";
import type { Device } from "@/api/types";
import { on } from "@/devices/queries";
import { t } from "@/text/text";

export const IDENTIFY_S = 20;

export async function identify(device: Device): Promise<string> {
  const shown = await ask(
    api.POST("/api/v1/devices/{device_id}/identify", { ...on(device.device_id), body: { seconds: IDENTIFY_S } }),
  );
  if (shown.screen && shown.light) return t("device.identified-both", { seconds: IDENTIFY_S });
  return t(shown.screen ? "device.identified-screen" : "device.identified-light", { seconds: IDENTIFY_S });
}

export async function restart(device: Device, force = false): Promise<string> {
  await ask(api.POST("/api/v1/devices/{device_id}/restart", { ...on(device.device_id), body: { force } }));
  return t("device.restarted");
}

/** Why it makes no sense to ask this device for anything now; null: it can be asked. */
export function silence(device: Device): string | null {
  if (device.status === "revoked" || device.status === "replaced" || device.status === "expired")
    return t("device.not-in-force");
  return device.availability === "online" ? null : t("device.not-connected");
}
