/** Who looks at which booth now, and which exam sessions nobody looks at. Heartbeats move it, so it is asked again. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { Presence } from "@/api/types";

/** As often as pages say that they look. */
const ASK_MS = 10_000;

export const presenceQuery = queryOptions({
  queryKey: ["presence"],
  queryFn: ({ signal }): Promise<Presence> => ask(api.GET("/api/v1/presence", { signal })),
  refetchInterval: ASK_MS,
});
