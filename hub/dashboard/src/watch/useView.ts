/** Watching one booth live: starts on demand, ends with the component. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link, type LinkState } from "@/watch/link";
import type { RenditionWish } from "@/watch/messages";
import { signalUrl } from "@/watch/signalUrl";

export type View = {
  /** Null while nobody watches. */
  state: LinkState | null;
  stream: MediaStream | null;
  /** When the person asked, on `performance.now`'s clock. */
  askedAt: number;
  peer: RTCPeerConnection | null;
  wish: RenditionWish;
  start: () => void;
  stop: () => void;
  retry: () => void;
  prefer: (rendition: RenditionWish) => void;
};

const NEVER = () => () => {};

export function useView(boothId: string): View {
  const [link, setLink] = useState<Link | null>(null);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [wish, setWish] = useState<RenditionWish>("auto");
  const [askedAt, setAskedAt] = useState(0);
  const wished = useRef(wish);
  const state = useSyncExternalStore(link?.subscribe ?? NEVER, () => link?.state ?? null);

  const start = useCallback(() => {
    setAskedAt(performance.now());
    const next = new Link({
      connect: () => new WebSocket(signalUrl(boothId, "view")),
      heartbeat: true,
      prepare: (peer) => {
        peer.addTransceiver("video", { direction: "recvonly" });
        peer.addTransceiver("audio", { direction: "recvonly" });
      },
      wish: () => wished.current,
      onLive: (peer) => setStream(received(peer)),
    });
    setLink(next);
    next.start();
  }, [boothId]);

  useEffect(() => {
    if (!link) return;
    window.addEventListener("online", link.retryNow);
    return () => {
      window.removeEventListener("online", link.retryNow);
      link.stop();
    };
  }, [link]);

  const stop = useCallback(() => {
    setLink(null);
    setStream(null);
  }, []);

  const prefer = useCallback(
    (rendition: RenditionWish) => {
      wished.current = rendition;
      setWish(rendition);
      link?.say({ type: "rendition", rendition });
    },
    [link],
  );

  return {
    state,
    stream,
    askedAt,
    peer: link?.peer ?? null,
    wish,
    start,
    stop,
    retry: () => link?.retryNow(),
    prefer,
  };
}

/** The picture must not wait to be in step with the sound or for an even pace: what counts is that it is now. */
function received(peer: RTCPeerConnection): MediaStream {
  const receivers = peer.getReceivers();
  for (const receiver of receivers) {
    if (receiver.track.kind === "video" && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
  }
  return new MediaStream(receivers.map((receiver) => receiver.track));
}
