/** Tells the hub that somebody has a booth before them, for as long as the page is in sight. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "@/api/client";
import { meQuery } from "@/api/queries";

/** The hub forgets a look after thirty seconds. */
const SAY_MS = 10_000;
/** May not, or no longer: the hub would say so every ten seconds. */
const FOR_GOOD = new Set([401, 403, 404]);

/** Nothing is said for null, nor by those who may not watch booths. */
export function useLooking(boothId: string | null): void {
  const may = useQuery(meQuery).data?.permissions.includes("booths.watch") ?? false;
  useEffect(() => {
    if (boothId === null || !may) return;
    let over = false;
    const say = async () => {
      if (over || document.visibilityState !== "visible") return;
      try {
        const { response } = await api.POST("/api/v1/booths/{booth_id}/looking", {
          params: { path: { booth_id: boothId } },
        });
        over ||= FOR_GOOD.has(response.status);
      } catch {
        // The hub is away; the next beat tries again.
      }
    };
    void say();
    const timer = setInterval(say, SAY_MS);
    document.addEventListener("visibilitychange", say);
    return () => {
      over = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", say);
    };
  }, [boothId, may]);
}
