/** Speaking with the candidate: hold Space or the button, or lock the microphone open; camera, devices, messages. */
import { Camera, CameraOff, Hand, Mic, MicOff, PhoneOff, Settings2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import type { Booth } from "@/api/types";
import { named, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { MessageForm } from "@/watch/MessageForm";
import { useLowerHand } from "@/watch/say";
import type { Devices, Talk } from "@/watch/useTalk";

/** Space speaks while it is held. A page that loses the keyboard has let go of it. */
function useSpace(talk: Talk) {
  const { hold } = talk;
  const active = talk.own !== null;
  useEffect(() => {
    if (!active) return;
    const typing = (target: EventTarget | null) =>
      target instanceof HTMLElement && target.closest("input, textarea, select, button, [role=menu]") !== null;
    const down = (event: KeyboardEvent) => {
      if (event.key !== " " || typing(event.target)) return;
      event.preventDefault();
      hold(true);
    };
    const up = (event: KeyboardEvent) => event.key === " " && hold(false);
    const away = () => hold(false);
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", away);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", away);
    };
  }, [active, hold]);
}

function DeviceMenu({ talk }: { talk: Talk }) {
  const [found, setFound] = useState<MediaDeviceInfo[]>([]);
  const list = async () => setFound(await navigator.mediaDevices.enumerateDevices());
  const group = (kind: MediaDeviceKind, key: keyof Devices) => (
    <>
      <DropdownMenu.Label className="px-2 py-1 text-ink-3 text-xs">{t(`talk.${key}`)}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup
        value={talk.devices[key]}
        onValueChange={(value) => talk.choose({ ...talk.devices, [key]: value })}
      >
        {found
          .filter((device) => device.kind === kind)
          .map((device, index) => (
            <DropdownMenu.RadioItem key={device.deviceId} value={device.deviceId} className="menu-item">
              {device.label || `${t(`talk.${key}`)} ${index + 1}`}
              <DropdownMenu.ItemIndicator className="ml-auto pl-3">✓</DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
          ))}
      </DropdownMenu.RadioGroup>
    </>
  );
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && void list()}>
      <DropdownMenu.Trigger asChild>
        <Button size="icon" look="bare" aria-label={t("talk.devices")} title={t("talk.devices")}>
          <Settings2 size={16} aria-hidden="true" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className="menu">
          {group("audioinput", "microphone")}
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          {group("videoinput", "camera")}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Own({ talk }: { talk: Talk }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = talk.own;
  }, [talk.own]);
  return (
    <video
      ref={video}
      autoPlay
      playsInline
      muted
      aria-label={t("talk.own")}
      className={`h-16 w-28 -scale-x-100 rounded-md border border-line bg-sunken object-cover ${talk.cameraOn ? "" : "opacity-20"}`}
    />
  );
}

/** What to say about how the talk is doing, and whether it is bad news. */
function status(talk: Talk): { text: string; bad: boolean } {
  const { state } = talk;
  if (state?.phase === "trouble" || state?.phase === "refused") {
    return { text: [state.title, state.detail].filter(Boolean).join(". "), bad: true };
  }
  if (state?.phase === "live") {
    const key = talk.speaking ? "talk.heard" : "talk.ready";
    return { text: t(key), bad: false };
  }
  return { text: t(state?.phase === "rebuilding" ? "watch.rebuilding" : "talk.connecting"), bad: false };
}

function Talking({ talk }: { talk: Talk }) {
  const { text, bad } = status(talk);
  const Microphone = talk.speaking ? Mic : MicOff;
  return (
    <>
      <Own talk={talk} />
      <Button
        look={talk.speaking ? "ink" : "quiet"}
        aria-pressed={talk.speaking}
        onPointerDown={() => talk.hold(true)}
        onPointerUp={() => talk.hold(false)}
        onPointerLeave={() => talk.hold(false)}
        onKeyDown={(event) => (event.key === " " || event.key === "Enter") && talk.hold(true)}
        onKeyUp={() => talk.hold(false)}
      >
        <Microphone size={15} aria-hidden="true" />
        {t("talk.hold")}
      </Button>
      <Button size="sm" look="bare" aria-pressed={talk.locked} onClick={() => talk.lock(!talk.locked)}>
        {t(talk.locked ? "talk.unlock" : "talk.lock")}
      </Button>
      <Button size="sm" look="bare" aria-pressed={!talk.cameraOn} onClick={() => talk.showCamera(!talk.cameraOn)}>
        {talk.cameraOn ? <Camera size={15} aria-hidden="true" /> : <CameraOff size={15} aria-hidden="true" />}
        {t(talk.cameraOn ? "talk.camera-off" : "talk.camera-on")}
      </Button>
      <DeviceMenu talk={talk} />
      <p role="status" className={`min-w-0 flex-1 text-xs ${bad ? "text-high" : "text-ink-3"}`}>
        {text}
      </p>
      {bad && (
        <Button size="sm" onClick={talk.retry}>
          {t("error.retry")}
        </Button>
      )}
      <Button size="sm" onClick={talk.stop}>
        <PhoneOff size={14} aria-hidden="true" />
        {t("talk.end")}
      </Button>
    </>
  );
}

function HandRaised({ booth }: { booth: Booth }) {
  const lower = useLowerHand(booth.booth_id);
  return (
    <p role="status" className="flex flex-wrap items-center gap-2 border-line border-b bg-medium-tint px-3 py-2">
      <Hand size={16} className="text-medium" aria-hidden="true" />
      <span className="font-medium">{t("talk.hand")}</span>
      <Button size="sm" className="ml-auto" disabled={lower.isPending} onClick={() => lower.mutate()}>
        {t("talk.lower")}
      </Button>
    </p>
  );
}

/** Why nobody speaks, where there is something to know. */
function Hint({ talk, screenless }: { talk: Talk; screenless: boolean }) {
  const text = talk.denied
    ? named("talk.denied", talk.denied)
    : talk.replacedBy !== null
      ? t("talk.replaced", { name: talk.replacedBy })
      : screenless
        ? t("talk.no-screen")
        : null;
  return (
    <p role={talk.denied ? "alert" : "status"} className={`text-xs ${talk.denied ? "text-high" : "text-ink-3"}`}>
      {text}
    </p>
  );
}

export function TalkBar({ booth, talk }: { booth: Booth; talk: Talk }) {
  const [writing, setWriting] = useState(false);
  const online = booth.availability === "online";
  const screenless = booth.health?.screen.connected === false;
  useSpace(talk);
  useKeys({
    t: () => online && (talk.own ? talk.stop() : talk.start()),
    m: () => online && setWriting(true),
  });
  return (
    <section aria-label={t("talk.title")} className="panel overflow-hidden" data-talk={talk.state?.phase ?? "off"}>
      {booth.hand_raised_at && <HandRaised booth={booth} />}
      <div className="flex flex-wrap items-center gap-2 p-2">
        {talk.own ? (
          <Talking talk={talk} />
        ) : (
          <>
            <Button disabled={!online} onClick={talk.start}>
              <Mic size={15} aria-hidden="true" />
              {t("talk.start")}
            </Button>
            <Button disabled={!online} look="bare" aria-expanded={writing} onClick={() => setWriting(!writing)}>
              {t("talk.message")}
            </Button>
            <Hint talk={talk} screenless={online && screenless} />
          </>
        )}
      </div>
      {writing && <MessageForm boothId={booth.booth_id} onClose={() => setWriting(false)} />}
    </section>
  );
}
