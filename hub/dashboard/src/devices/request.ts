/** How a device that asks to be let in is called here. */
import type { EnrolmentRequest } from "@/api/types";
import { t } from "@/text/text";

/** Nothing proves it: it is told as the device's own words. */
export function says({ model, hardware_serial }: EnrolmentRequest): string {
  return [model, hardware_serial].filter(Boolean).join(" · ") || t("enrolment.says-nothing");
}

/** What of the code is shown here, and how much of it must be read from the device: who types it has looked. */
export function halves(code: string): { shown: string; typed: string } {
  const cut = code.lastIndexOf("-") + 1;
  return { shown: code.slice(0, cut), typed: code.slice(cut) };
}

/** The code without the part that must be read from the device. */
export function veiled(code: string): string {
  const { shown, typed } = halves(code);
  return shown + "·".repeat(typed.length);
}
