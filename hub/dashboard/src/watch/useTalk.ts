/**
 * Speaking on a booth's screen. The microphone opens while Space or the button is held, or stays open when it is locked
 * open; the camera can be off. The candidate's own voice comes with the live picture, not here.
 */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link, type LinkState } from "@/watch/link";
import { signalUrl } from "@/watch/signalUrl";

export type Devices = { microphone: string; camera: string };
export type Talk = {
  /** Null while nobody talks. */
  state: LinkState | null;
  own: MediaStream | null;
  /** Why the browser gave no microphone. */
  denied: string | null;
  /** Another interviewer who took over the booth's screen. */
  replacedBy: string | null;
  speaking: boolean;
  cameraOn: boolean;
  devices: Devices;
  start: () => void;
  stop: () => void;
  retry: () => void;
  hold: (down: boolean) => void;
  lock: (open: boolean) => void;
  locked: boolean;
  showCamera: (on: boolean) => void;
  choose: (devices: Devices) => void;
};

const NEVER = () => () => {};
const CAMERA = { width: 640, height: 360, frameRate: 24 };
const REMEMBERED = "invigil.talk-devices";

function remembered(): Devices {
  try {
    return { microphone: "", camera: "", ...JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}") };
  } catch {
    return { microphone: "", camera: "" };
  }
}

/** A device that was unplugged since must not keep anybody from speaking: `ideal` falls back to another. */
async function capture(devices: Devices): Promise<MediaStream> {
  const microphone = { echoCancellation: true, noiseSuppression: true, deviceId: { ideal: devices.microphone } };
  const audio = devices.microphone ? microphone : { echoCancellation: true, noiseSuppression: true };
  const video = devices.camera ? { ...CAMERA, deviceId: { ideal: devices.camera } } : CAMERA;
  try {
    return await navigator.mediaDevices.getUserMedia({ audio, video });
  } catch (error) {
    // No camera, or no leave to use it: the voice is what matters.
    if (!(error instanceof DOMException)) throw error;
    return navigator.mediaDevices.getUserMedia({ audio });
  }
}

export function useTalk(boothId: string): Talk {
  const [link, setLink] = useState<Link | null>(null);
  const [own, setOwn] = useState<MediaStream | null>(null);
  const [denied, setDenied] = useState<string | null>(null);
  const [replacedBy, setReplacedBy] = useState<string | null>(null);
  const [held, setHeld] = useState(false);
  const [locked, lock] = useState(false);
  const [cameraOn, showCamera] = useState(true);
  const [devices, setDevices] = useState(remembered);
  const stream = useRef<MediaStream | null>(null);
  const state = useSyncExternalStore(link?.subscribe ?? NEVER, () => link?.state ?? null);
  const speaking = own !== null && (held || locked);

  const release = useCallback(() => {
    for (const track of stream.current?.getTracks() ?? []) track.stop();
    stream.current = null;
    setOwn(null);
  }, []);

  const stop = useCallback(() => {
    setLink(null);
    setHeld(false);
    lock(false);
    release();
  }, [release]);

  const start = useCallback(async () => {
    setDenied(null);
    setReplacedBy(null);
    if (!navigator.mediaDevices) {
      setDenied("insecure");
      return;
    }
    try {
      stream.current = await capture(devices);
    } catch (error) {
      setDenied(error instanceof DOMException ? error.name : String(error));
      return;
    }
    // Closed until somebody means to speak.
    for (const track of stream.current.getAudioTracks()) track.enabled = false;
    setOwn(stream.current);
    const next = new Link({
      connect: () => new WebSocket(signalUrl(boothId, "talk")),
      heartbeat: false,
      prepare: (peer) => {
        const media = stream.current;
        for (const track of media?.getTracks() ?? []) peer.addTransceiver(track, { direction: "sendonly" });
        const words = peer.createDataChannel("words");
        words.onclose = () => next.lost(peer); // a page that was reloaded; ICE needs 17 s to say so
        words.onmessage = ({ data }: MessageEvent<string>) => {
          const word = JSON.parse(data) as { type: string; by?: string };
          if (word.type !== "ended") return;
          setReplacedBy(word.by ?? "");
          stop();
        };
      },
      onLive: () => {},
    });
    setLink(next);
    next.start();
  }, [boothId, devices, stop]);

  useEffect(() => {
    if (!link) return;
    window.addEventListener("online", link.retryNow);
    return () => {
      window.removeEventListener("online", link.retryNow);
      link.stop();
    };
  }, [link]);

  useEffect(() => release, [release]);

  useEffect(() => {
    for (const track of own?.getAudioTracks() ?? []) track.enabled = speaking;
  }, [own, speaking]);

  // The booth's screen hides a black picture and shows the name instead.
  useEffect(() => {
    for (const track of own?.getVideoTracks() ?? []) track.enabled = cameraOn;
  }, [own, cameraOn]);

  const choose = useCallback(
    async (chosen: Devices) => {
      setDevices(chosen);
      localStorage.setItem(REMEMBERED, JSON.stringify(chosen));
      if (!stream.current) return;
      const next = await capture(chosen);
      for (const track of next.getAudioTracks()) track.enabled = speaking;
      for (const sender of link?.peer?.getSenders() ?? []) {
        const track = next.getTracks().find((track) => track.kind === sender.track?.kind);
        if (track) await sender.replaceTrack(track);
      }
      release();
      stream.current = next;
      setOwn(next);
    },
    [link, speaking, release],
  );

  return {
    state,
    own,
    denied,
    replacedBy,
    speaking,
    cameraOn,
    devices,
    start: () => void start(),
    stop,
    retry: () => link?.retryNow(),
    hold: setHeld,
    lock,
    locked,
    showCamera,
    choose: (chosen) => void choose(chosen),
  };
}
