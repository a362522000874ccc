/** What the booth sees right now: asked for by opening a data channel, and no longer asked for by closing it. */
import { useEffect, useState } from "react";
import type { Sights } from "@/api/types";

/** Older than this it says nothing of the picture any more. */
const STALE_MS = 1000;

/** Null while nothing is asked, and where the booth tells nothing. */
export function useSights(peer: RTCPeerConnection | null, wanted: boolean): Sights | null {
  const [sights, setSights] = useState<Sights | null>(null);
  useEffect(() => {
    setSights(null);
    if (!peer || !wanted || peer.connectionState === "closed") return;
    // What is late is not sent again: only now is of interest.
    const channel = peer.createDataChannel("sights", { ordered: false, maxRetransmits: 0 });
    let stale: ReturnType<typeof setTimeout> | undefined;
    channel.onmessage = (event: MessageEvent<string>) => {
      setSights(JSON.parse(event.data) as Sights);
      clearTimeout(stale);
      stale = setTimeout(() => setSights(null), STALE_MS);
    };
    return () => {
      clearTimeout(stale);
      channel.onmessage = null;
      channel.close();
    };
  }, [peer, wanted]);
  return sights;
}
