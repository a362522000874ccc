/** Tells the hub what is before this reviewer, and hears what colleagues have before them. Nobody is kept from deciding. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, ask } from "@/api/client";
import type { Held } from "@/api/types";

const BEAT_MS = 10_000;

const hold = (id: string | null) => ask(api.POST("/api/v1/reviews/holding", { body: { violation_id: id } }));

/** By violation: who has it. */
export function useHolding(id: string | undefined): ReadonlyMap<string, Held> {
  const { data } = useQuery({
    queryKey: ["reviews", "holding", id ?? null],
    queryFn: () => hold(id ?? null),
    refetchInterval: BEAT_MS,
    placeholderData: (before) => before,
    gcTime: 0,
    retry: false,
  });
  useEffect(
    () => () => {
      hold(null).catch(() => undefined); // It is forgotten by itself.
    },
    [],
  );
  return useMemo(() => new Map(data?.items.map((held) => [held.violation_id, held])), [data]);
}
