/** What a booth looks for, how fast, and why anything is off. */
import type { Detector } from "@/api/types";
import { named, t } from "@/text/text";
import { number } from "@/time/format";

const LOOKS: Record<Detector["state"], string> = {
  on: "text-ink-2",
  off: "text-medium",
  failed: "text-high",
};

function pace(detector: Detector): string {
  const parts = [];
  if (detector.inference_ms != null) parts.push(t("booth.inference", { ms: number(detector.inference_ms, 1) }));
  if (detector.rate_hz != null) parts.push(t("booth.rate", { hz: number(detector.rate_hz, 1) }));
  return parts.join(" · ");
}

function DetectorRow({ detector }: { detector: Detector }) {
  const weights = Object.entries(detector.weights ?? {});
  return (
    <li className="py-2.5" data-detector={detector.name} data-state={detector.state}>
      <div className="tabular flex items-baseline justify-between gap-3">
        <span className="font-medium">{named("booth.detector", detector.name)}</span>
        <span className={LOOKS[detector.state]}>{t(`booth.${detector.state}`)}</span>
      </div>
      {detector.state === "on" ? (
        <>
          <p className="tabular text-ink-3 text-xs">{pace(detector)}</p>
          {detector.reason && <p className="mt-1 break-words text-ink-2 text-xs">{detector.reason}</p>}
        </>
      ) : (
        <p className="mt-1 break-words text-ink-2 text-xs">{detector.reason || t("booth.detector-no-reason")}</p>
      )}
      {weights.map(([name, sha256]) => (
        <p key={name} title={sha256} className="break-words text-ink-3 text-xs">
          {name} <code className="font-mono">{sha256.slice(0, 8)}</code>
        </p>
      ))}
    </li>
  );
}

export function Detectors({ detectors }: { detectors: readonly Detector[] }) {
  return (
    <ul className="divide-y divide-line">
      {detectors.map((detector) => (
        <DetectorRow key={detector.name} detector={detector} />
      ))}
    </ul>
  );
}
