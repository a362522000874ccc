/** Where a view or talk with a booth is signalled. */
export function signalUrl(boothId: string, kind: "view" | "talk"): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/api/v1/booths/${encodeURIComponent(boothId)}/${kind}`;
}
