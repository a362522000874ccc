/** What the pages of devices ask the hub for. A device's state comes with no live message of its own: it is asked for again. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

export const deviceKeys = {
  all: ["devices"] as const,
  list: ["devices", "list"] as const,
  one: (id: string) => ["devices", "one", id] as const,
  codes: ["claim-codes"] as const,
};

const AGAIN_MS = 5000;

export const devicesQuery = queryOptions({
  queryKey: deviceKeys.list,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/devices", { signal })),
  refetchInterval: AGAIN_MS,
});

export const on = (deviceId: string) => ({ params: { path: { device_id: deviceId } } });

export function deviceQuery(id: string) {
  return queryOptions({
    queryKey: deviceKeys.one(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/devices/{device_id}", { ...on(id), signal })),
    refetchInterval: AGAIN_MS,
  });
}

export const claimCodesQuery = queryOptions({
  queryKey: deviceKeys.codes,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/claim-codes", { signal })),
  refetchInterval: AGAIN_MS,
});

/** Something was done to devices. */
export function forgetDevices(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: deviceKeys.all });
  void client.invalidateQueries({ queryKey: deviceKeys.codes });
}
