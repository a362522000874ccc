/** What is wrong with a booth's monitoring itself, worst first: what a quiet tile would otherwise hide. */
import type { Availability } from "@/api/types";
import { count, named, t } from "@/text/text";
import type { Fitness } from "@/wall/tile";

/** Detectors that a centre turns on if it wants them: that one is off is told on the booth's page only. */
const OPTIONAL: ReadonlySet<string> = new Set(["identity"]);

export type Warning = { key: string; text: string; detail: string; grave: boolean };

export function warnings(booth: { availability: Availability; health: Fitness | null }): Warning[] {
  const { health } = booth;
  if (!health || booth.availability !== "online") return [];
  const found: Warning[] = [];
  if (health.camera === "lost") {
    found.push({ key: "camera", text: t("booth.camera-lost"), detail: health.camera_detail ?? "", grave: true });
  }
  for (const detector of health.detectors) {
    const name = named("booth.detector", detector.name);
    if (detector.state === "on") {
      if (detector.shed) {
        found.push({
          key: detector.name,
          text: t("booth.detector-slowed", { name }),
          detail: detector.reason ?? "",
          grave: false,
        });
      }
      continue;
    }
    if (detector.state === "off" && OPTIONAL.has(detector.name)) continue;
    found.push({
      key: detector.name,
      text: t(detector.state === "failed" ? "booth.detector-failed" : "booth.detector-off", { name }),
      detail: detector.reason || t("booth.detector-no-reason"),
      grave: false,
    });
  }
  if (health.outbox_depth > 0) {
    found.push({
      key: "outbox",
      text: count("booth.waiting", health.outbox_depth),
      detail: t("booth.waiting-title"),
      grave: false,
    });
  }
  return found;
}
