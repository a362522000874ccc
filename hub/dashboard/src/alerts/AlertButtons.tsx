/** Sound and notifications of alerts, on or off, in the top line. */
import { Bell, BellOff, Volume2, VolumeX } from "lucide-react";
import { useState } from "react";
import { askToNotify, canNotify, mayNotify } from "@/alerts/notification";
import { choose, useWish } from "@/alerts/preferences";
import { playSound } from "@/alerts/sound";
import { useAlerts } from "@/alerts/useAlerts";
import { t } from "@/text/text";
import { useToast } from "@/ui/Toasts";

const ROUND =
  "grid size-8 place-items-center rounded-full text-ink-2 outline-offset-0 transition-colors hover:bg-hover hover:text-ink";

function SoundButton({ otherwise }: { otherwise: boolean }) {
  const on = useWish("sound", otherwise);
  const text = t(on ? "alerts.sound-on" : "alerts.sound-off");
  return (
    <button
      type="button"
      aria-label={text}
      title={text}
      onClick={() => {
        choose("sound", !on);
        // What it will sound like, and the click that lets this page sound at all.
        if (!on) void playSound("medium");
      }}
      className={ROUND}
    >
      {on ? <Volume2 size={17} strokeWidth={1.7} /> : <VolumeX size={17} strokeWidth={1.7} />}
    </button>
  );
}

function NotificationButton() {
  const wish = useWish("notifications", false);
  const [asking, setAsking] = useState(false);
  const toast = useToast();
  const on = wish && mayNotify();
  const text = t(on ? "alerts.notify-on" : "alerts.notify-off");
  const toggle = async () => {
    if (on) return choose("notifications", false);
    setAsking(true);
    const granted = await askToNotify();
    setAsking(false);
    choose("notifications", granted);
    if (!granted) toast({ text: t("alerts.notify-denied"), fault: true });
  };
  return (
    <button
      type="button"
      aria-label={text}
      title={text}
      disabled={asking}
      onClick={() => void toggle()}
      className={ROUND}
    >
      {on ? <Bell size={17} strokeWidth={1.7} /> : <BellOff size={17} strokeWidth={1.7} />}
    </button>
  );
}

/** `watches`: a person whose work it is to look. For others nothing sounds until they ask for it. */
export function AlertButtons({ watches }: { watches: boolean }) {
  useAlerts(watches);
  return (
    <>
      <SoundButton otherwise={watches} />
      {canNotify() && <NotificationButton />}
    </>
  );
}
