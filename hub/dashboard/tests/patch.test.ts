import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { keys } from "@/api/queries";
import type { BoothList, GapList, Violation, ViolationList } from "@/api/types";
import { applyLive } from "@/live/patch";
import { at, booth, gap, SNAPSHOT, violation } from "./make";

type Feed = { pages: ViolationList[]; pageParams: (string | null)[] };

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});

function feed(items: Violation[], next: string | null = null): Feed {
  return { pages: [{ items, next }], pageParams: [null] };
}

function shown(filter = {}): string[] {
  const data = client.getQueryData<Feed>(keys.feed(filter));
  return data?.pages.flatMap((page) => page.items.map((item) => item.violation_id)) ?? [];
}

describe("a violation that comes live", () => {
  const old = violation({ opened_at: at(10) });
  const older = violation({ opened_at: at(5) });

  it("goes to its place by time, newest first", () => {
    client.setQueryData(keys.feed({}), feed([old, older]));
    const newest = violation({ opened_at: at(20) });
    const between = violation({ opened_at: at(7) });
    applyLive(client, [{ type: "violation", violation: newest }]);
    applyLive(client, [{ type: "violation", violation: between }]);
    expect(shown()).toEqual([newest, old, between, older].map((item) => item.violation_id));
  });

  it("waits for its page when it is older than all that was fetched", () => {
    client.setQueryData(keys.feed({}), feed([old], "cursor"));
    applyLive(client, [{ type: "violation", violation: older }]);
    expect(shown()).toEqual([old.violation_id]);
  });

  it("replaces itself and is never doubled", () => {
    client.setQueryData(keys.feed({}), feed([old, older]));
    applyLive(client, [{ type: "violation", violation: { ...older, ended_at: at(9) } }]);
    expect(shown()).toEqual([old.violation_id, older.violation_id]);
    expect(client.getQueryData<Feed>(keys.feed({}))?.pages[0]?.items[1]?.ended_at).toBe(at(9));
  });

  it("leaves a list of ongoing ones when it ends, and stays out of lists it does not match", () => {
    client.setQueryData(keys.feed({ open: true }), feed([old]));
    client.setQueryData(keys.feed({ booth_id: "booth-2" }), feed([]));
    client.setQueryData(keys.feed({ kind: "no_face", severity: "high" }), feed([old]));
    applyLive(client, [{ type: "violation", violation: { ...old, ended_at: at(12) } }]);
    expect(shown({ open: true })).toEqual([]);
    expect(shown({ booth_id: "booth-2" })).toEqual([]);
    expect(shown({ kind: "no_face", severity: "high" })).toEqual([old.violation_id]);
  });

  it("reaches the strips of its own booth only, and its own page", () => {
    client.setQueryData(keys.recent(10), []);
    client.setQueryData(keys.recent(60, "booth-2"), []);
    client.setQueryData(keys.one(old.violation_id), old);
    applyLive(client, [{ type: "violation", violation: { ...old, ended_at: at(12) } }]);
    expect(client.getQueryData<Violation[]>(keys.recent(10))).toHaveLength(1);
    expect(client.getQueryData<Violation[]>(keys.recent(60, "booth-2"))).toEqual([]);
    expect(client.getQueryData<Violation>(keys.one(old.violation_id))?.ended_at).toBe(at(12));
  });

  it("makes no list that nobody asked for", () => {
    applyLive(client, [{ type: "violation", violation: old }]);
    expect(
      client
        .getQueryCache()
        .getAll()
        .filter((query) => query.state.data !== undefined),
    ).toEqual([]);
  });
});

describe("evidence that arrives", () => {
  it("becomes available wherever its violation is shown", () => {
    const waiting = violation();
    client.setQueryData(keys.feed({}), feed([waiting]));
    client.setQueryData(keys.recent(10), [waiting]);
    client.setQueryData(keys.one(waiting.violation_id), waiting);
    applyLive(client, [{ type: "evidence", sha256: SNAPSHOT, booth_id: "booth-1" }]);
    const places = [
      client.getQueryData<Feed>(keys.feed({}))?.pages[0]?.items[0],
      client.getQueryData<Violation[]>(keys.recent(10))?.[0],
      client.getQueryData<Violation>(keys.one(waiting.violation_id)),
    ];
    for (const found of places) expect(found?.evidence?.[0]?.available).toBe(true);
  });
});

describe("booths and gaps", () => {
  it("are replaced, or added when they are new", () => {
    client.setQueryData<BoothList>(keys.booths, { items: [booth("booth-1")] });
    client.setQueryData<GapList>(keys.gaps(), { items: [] });
    const open = gap();
    applyLive(client, [{ type: "booth", booth: booth("booth-1", { open_violations: 2 }) }]);
    applyLive(client, [{ type: "booth", booth: booth("booth-2") }]);
    applyLive(client, [{ type: "gap", gap: open }]);
    applyLive(client, [{ type: "gap", gap: { ...open, ended_at: at(5) } }]);
    const booths = client.getQueryData<BoothList>(keys.booths)?.items;
    expect(booths?.map((item) => [item.booth_id, item.open_violations])).toEqual([
      ["booth-1", 2],
      ["booth-2", 0],
    ]);
    expect(client.getQueryData<GapList>(keys.gaps())?.items).toEqual([{ ...open, ended_at: at(5) }]);
  });
});
