/** What the pages of devices ask the hub for. A device's state comes with no live message of its own: it is asked for again. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

export const deviceKeys = {
  all: ["devices"] as const,
  list: ["devices", "list"] as const,
  one: (id: string) => ["devices", "one", id] as const,
  codes: ["claim-codes"] as const,
  requests: ["enrolment-requests"] as const,
  expected: ["expected-devices"] as const,
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

/** Devices without a claim code that wait for a person. */
export const requestsQuery = queryOptions({
  queryKey: deviceKeys.requests,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/enrolment-requests", { signal })),
  refetchInterval: AGAIN_MS,
});

/** Serial numbers whose device is let in when it comes. */
export const expectedQuery = queryOptions({
  queryKey: deviceKeys.expected,
  queryFn: ({ signal }) => ask(api.GET("/api/v1/expected-devices", { signal })),
  refetchInterval: AGAIN_MS,
});

/** Something was done to devices. */
export function forgetDevices(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: deviceKeys.all });
  for (const queryKey of [deviceKeys.codes, deviceKeys.requests, deviceKeys.expected]) {
    void client.invalidateQueries({ queryKey });
  }
}
