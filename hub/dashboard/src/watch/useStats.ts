/** How a live picture arrives: what this browser measures, once a second or two. */
import { useEffect, useState } from "react";

export type ViewStats = {
  fps: number;
  bitrateBps: number;
  /** Share of packets that did not come, 0..1, over the last interval. */
  loss: number;
  roundTripMs: number | null;
  width: number;
  height: number;
};

const EVERY_MS = 2000;

type Sample = { at: number; bytes: number; lost: number; received: number; frames: number };

/** The difference of two samples; the numbers since the beginning would hide what goes on now. */
export function between(before: Sample, now: Sample): Pick<ViewStats, "fps" | "bitrateBps" | "loss"> {
  const seconds = Math.max((now.at - before.at) / 1000, 0.001);
  const lost = Math.max(now.lost - before.lost, 0);
  const expected = lost + Math.max(now.received - before.received, 0);
  return {
    fps: Math.max(now.frames - before.frames, 0) / seconds,
    bitrateBps: (8 * Math.max(now.bytes - before.bytes, 0)) / seconds,
    loss: expected === 0 ? 0 : lost / expected,
  };
}

export function useStats(peer: RTCPeerConnection | null): ViewStats | null {
  const [stats, setStats] = useState<ViewStats | null>(null);
  useEffect(() => {
    setStats(null);
    if (!peer) return;
    let before: Sample | null = null;
    const timer = setInterval(async () => {
      const report = await peer.getStats();
      let inbound: RTCInboundRtpStreamStats | undefined;
      let roundTripMs: number | null = null;
      for (const entry of report.values()) {
        if (entry.type === "inbound-rtp" && entry.kind === "video") inbound = entry as RTCInboundRtpStreamStats;
        if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined) {
          roundTripMs = 1000 * entry.currentRoundTripTime;
        }
      }
      if (!inbound) return;
      const now: Sample = {
        at: inbound.timestamp,
        bytes: inbound.bytesReceived ?? 0,
        lost: inbound.packetsLost ?? 0,
        received: inbound.packetsReceived ?? 0,
        frames: inbound.framesDecoded ?? 0,
      };
      if (before) {
        setStats({
          ...between(before, now),
          roundTripMs,
          width: inbound.frameWidth ?? 0,
          height: inbound.frameHeight ?? 0,
        });
      }
      before = now;
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [peer]);
  return stats;
}
