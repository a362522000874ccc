/** How a booth's device is doing, from its last health message. */
import type { Booth } from "@/api/types";
import { named, t } from "@/text/text";
import { bytes, duration, number } from "@/time/format";
import { When } from "@/time/When";
import { Fact, Facts } from "@/ui/Facts";

const CAMERA = { ok: "booth.camera-ok", lost: "booth.camera-lost", starting: "booth.camera-starting" } as const;

export function offsetText(ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  const size = Math.abs(ms);
  return size >= 1000 ? `${sign}${number(size / 1000, 1)} s` : `${sign}${Math.round(size)} ms`;
}

export function BoothHealth({ booth }: { booth: Booth }) {
  const { health } = booth;
  if (!health) return <p className="py-3 text-ink-3">{t("booth.health-none")}</p>;
  const errors = Object.entries(health.errors ?? {}).filter(([, times]) => times > 0);
  return (
    <Facts>
      <Fact name={t("booth.camera")}>
        <span className={health.camera === "lost" ? "text-high" : ""}>{t(CAMERA[health.camera])}</span>
        {health.camera_detail && <span className="block text-ink-3 text-xs">{health.camera_detail}</span>}
      </Fact>
      <Fact name={t("booth.fps")}>{number(health.capture_fps, 1)}</Fact>
      <Fact name={t("booth.drops")} title={t("booth.drops-title")}>
        {number(health.frames_dropped)}
      </Fact>
      {health.temperature_c != null && (
        <Fact name={t("booth.temperature")}>
          {number(health.temperature_c, 1)} °C
          {health.throttled && <span className="ml-2 text-medium">{t("booth.throttled")}</span>}
        </Fact>
      )}
      <Fact name={t("booth.disk")}>{bytes(health.disk_free_bytes)}</Fact>
      <Fact name={t("booth.outbox")} title={t("booth.waiting-title")}>
        {number(health.outbox_depth)}
      </Fact>
      <Fact name={t("booth.spool")}>{number(health.spool_files)}</Fact>
      <Fact name={t("booth.clock")} title={t("booth.clock-title")}>
        {booth.clock_offset_ms == null ? t("booth.unknown") : offsetText(booth.clock_offset_ms)}
      </Fact>
      <Fact name={t("booth.profile")}>
        {booth.profile ?? t("booth.unknown")}
        {booth.desired_profile !== booth.profile && (
          <span className="block text-ink-3 text-xs">
            {t("booth.profile-wanted", { wanted: booth.desired_profile })}
          </span>
        )}
      </Fact>
      <Fact name={t("booth.version")}>{health.version}</Fact>
      <Fact name={t("booth.uptime")}>{duration(health.uptime_s * 1000, false)}</Fact>
      <Fact name={t("booth.last-seen")}>
        {booth.last_seen_at ? <When at={booth.last_seen_at} /> : t("booth.unknown")}
      </Fact>
      {errors.length > 0 && (
        <Fact name={t("booth.errors")}>
          {errors.map(([name, times]) => (
            <span key={name} className="block">
              {named("trouble", name)}: {number(times)}
            </span>
          ))}
        </Fact>
      )}
    </Facts>
  );
}
