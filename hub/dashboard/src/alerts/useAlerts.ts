/** Listens to the booths while somebody is signed in, and sounds and shows what they must hear of. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { type Alert, alertsBetween, type Known, known } from "@/alerts/differences";
import { notify } from "@/alerts/notification";
import { Pace } from "@/alerts/pace";
import { useWish } from "@/alerts/preferences";
import { playSound } from "@/alerts/sound";
import { keys } from "@/api/queries";
import type { BoothList } from "@/api/types";
import { whereTo } from "@/wall/whereTo";

/** So many notifications at once, at most: a hall that loses its network is one event. */
const SHOWN_AT_ONCE = 3;

export function useAlerts(soundsUnlessChosen: boolean): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const sounds = useWish("sound", soundsUnlessChosen);
  const shows = useWish("notifications", false);
  const wishes = useRef({ sounds, shows });
  wishes.current = { sounds, shows };

  useEffect(() => {
    let before: ReadonlyMap<string, Known> = new Map();
    const pace = new Pace((kind) => void playSound(kind));
    const open = ({ booth, violation }: Alert) =>
      navigate({ ...whereTo(booth), search: violation ? { violation: violation.violation_id } : {} });
    let waiting = false;
    const compare = () => {
      waiting = false;
      const list = client.getQueryData<BoothList>(keys.booths);
      if (!list) return;
      const alerts = alertsBetween(before, list.items);
      before = new Map(list.items.map((booth) => [booth.booth_id, known(booth)]));
      if (alerts[0] && wishes.current.sounds) pace.sound(alerts[0].kind);
      if (wishes.current.shows && !document.hasFocus()) {
        for (const alert of alerts.slice(0, SHOWN_AT_ONCE)) notify(alert, open);
      }
    };
    compare();
    const unsubscribe = client.getQueryCache().subscribe(({ type, query }) => {
      if (type !== "updated" || query.queryKey[0] !== keys.booths[0] || waiting) return;
      // Not at once: what came during a fetch is put back on top of its answer first (live/journal.ts).
      waiting = true;
      queueMicrotask(compare);
    });
    return () => {
      unsubscribe();
      pace.stop();
    };
  }, [client, navigate]);
}
