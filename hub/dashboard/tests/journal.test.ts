import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/queries";
import type { BoothList, LiveMessage } from "@/api/types";
import { Journal } from "@/live/journal";
import { booth } from "./make";

function setUp() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const journal = new Journal(client);
  const unwatch = journal.watch();
  const heard = (message: LiveMessage) => journal.record([{ message, at: performance.now() }]);
  const open = () => client.getQueryData<BoothList>(keys.booths)?.items[0]?.open_violations;
  let answer: (list: BoothList) => void = () => undefined;
  const fetch = () =>
    client.fetchQuery<BoothList>({
      queryKey: keys.booths,
      queryFn: () => new Promise((resolve) => (answer = resolve)),
    });
  const send = (openViolations: number) => answer({ items: [booth("booth-1", { open_violations: openViolations })] });
  return { client, heard, unwatch, open, fetch, send };
}

describe("an answer that the hub wrote before a change", () => {
  it("does not undo the change that came while it was on its way", async () => {
    const { heard, unwatch, open, fetch, send } = setUp();
    const fetched = fetch();
    heard({ type: "booth", booth: booth("booth-1", { open_violations: 3 }) });
    send(2);
    await fetched;
    expect(open()).toBe(3);
    unwatch();
  });

  it("is the truth over everything that came before it was asked for", async () => {
    const { client, heard, unwatch, open, fetch, send } = setUp();
    client.setQueryData<BoothList>(keys.booths, { items: [booth("booth-1")] });
    heard({ type: "booth", booth: booth("booth-1", { open_violations: 3 }) });
    expect(open()).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const fetched = fetch();
    send(1);
    await fetched;
    expect(open()).toBe(1);
    unwatch();
  });
});
