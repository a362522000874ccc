/** What a device is made of and how it is doing, as it last said itself. */
import type { DeviceDetail } from "@/api/types";
import { offsetText } from "@/booths/BoothHealth";
import { t } from "@/text/text";
import { age, bytes, duration, number } from "@/time/format";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Fact, Facts, Section } from "@/ui/Facts";

/** Bits that a Raspberry Pi tells: now, and sixteen higher since the board started. */
const BITS = [
  [0, "device.bit-voltage"],
  [1, "device.bit-capped"],
  [2, "device.bit-throttled"],
  [3, "device.bit-soft"],
] as const;

function Throttling({ bits }: { bits: number }) {
  const said = BITS.flatMap(([bit, key]) => {
    if (bits & (1 << bit)) return [t("device.bit-now", { what: t(key) })];
    return bits & (1 << (bit + 16)) ? [t("device.bit-before", { what: t(key) })] : [];
  });
  if (said.length === 0) return t("device.bits-none");
  return said.map((each) => (
    <span key={each} className="block text-medium">
      {each}
    </span>
  ));
}

function Share({ free, total }: { free: number; total: number | null | undefined }) {
  if (!total) return bytes(free);
  return t("device.free-of", { free: bytes(free), total: bytes(total) });
}

export function Hardware({ detail }: { detail: DeviceDetail }) {
  const { facts, health } = detail;
  if (!facts) {
    return (
      <Section title={t("device.hardware")}>
        <p className="py-2 text-ink-3">{t("device.facts-none")}</p>
      </Section>
    );
  }
  const weights = (health?.detectors ?? []).flatMap((detector) => Object.entries(detector.weights ?? {}));
  return (
    <Section title={t("device.hardware")}>
      <Facts>
        {facts.model && <Fact name={t("device.model")}>{facts.model}</Fact>}
        {facts.hardware_serial && (
          <Fact name={t("device.hardware-serial")}>
            <code className="break-all font-mono text-xs">{facts.hardware_serial}</code>
          </Fact>
        )}
        <Fact name={t("device.os")}>
          {facts.os || t("booth.unknown")}
          <span className="block text-ink-3 text-xs">{[facts.kernel, facts.machine].filter(Boolean).join(" · ")}</span>
        </Fact>
        <Fact name={t("device.python")}>{facts.python}</Fact>
        <Fact name={t("devices.agent")}>{health?.version ?? t("booth.unknown")}</Fact>
        {facts.started_at && (
          <Fact name={t("device.started")}>
            <When at={facts.started_at} />
          </Fact>
        )}
        {weights.length > 0 && (
          <Fact name={t("device.weights")}>
            {[...new Map(weights)].map(([name, sha256]) => (
              <span key={name} className="block break-all" title={sha256}>
                {name} <code className="font-mono text-ink-3 text-xs">{sha256.slice(0, 12)}</code>
              </span>
            ))}
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

export function Vitals({ detail }: { detail: DeviceDetail }) {
  const now = useNow();
  const { health, clock_offset_ms: offset } = detail;
  if (!health) {
    return (
      <Section title={t("booth.health")}>
        <p className="py-2 text-ink-3">{t("booth.health-none")}</p>
      </Section>
    );
  }
  const { memory_available_bytes: memory, throttle_bits: bits } = health;
  return (
    <Section title={t("booth.health")} aside={t("booth.health-at", { age: age(Date.parse(health.at), now) })}>
      <Facts>
        {health.temperature_c != null && (
          <Fact name={t("booth.temperature")}>{number(health.temperature_c, 1)} °C</Fact>
        )}
        {bits != null && (
          <Fact name={t("device.power")}>
            <Throttling bits={bits} />
          </Fact>
        )}
        <Fact name={t("booth.disk")}>
          <Share free={health.disk_free_bytes} total={health.disk_total_bytes} />
        </Fact>
        {memory != null && (
          <Fact name={t("device.memory")}>
            <Share free={memory} total={health.memory_total_bytes} />
          </Fact>
        )}
        {health.load_1m != null && <Fact name={t("device.load")}>{number(health.load_1m, 2)}</Fact>}
        <Fact name={t("booth.clock")} title={t("booth.clock-title")}>
          {offset == null ? t("booth.unknown") : offsetText(offset)}
        </Fact>
        <Fact name={t("booth.outbox")} title={t("booth.waiting-title")}>
          {number(health.outbox_depth)}
        </Fact>
        <Fact name={t("booth.spool")}>
          {number(health.spool_files)}
          {health.spool_bytes != null && health.spool_bytes > 0 && ` · ${bytes(health.spool_bytes)}`}
        </Fact>
        <Fact name={t("device.agent-uptime")}>{duration(health.uptime_s * 1000, false)}</Fact>
        {health.board_uptime_s != null && (
          <Fact name={t("device.board-uptime")}>{duration(health.board_uptime_s * 1000, false)}</Fact>
        )}
      </Facts>
    </Section>
  );
}
