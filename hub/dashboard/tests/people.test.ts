/** Scopes as trees and words, lists that are found and ordered here, and the audit log's details and addresses. */
import { describe, expect, it } from "vitest";
import { device } from "@/account/device";
import { gist, lines } from "@/audit/changes";
import { lastNumber } from "@/audit/download";
import { ACTIONS, THINGS } from "@/audit/known";
import { asked, parseAuditSearch } from "@/audit/search";
import { found, ordered } from "@/people/listed";
import type { Room, Site } from "@/people/queries";
import { namesOf, same, scopeText, toggled, tree } from "@/people/scope";
import { changed, parsePeopleSearch } from "@/people/search";
import { en } from "@/text/en";

const site = (site_id: string, name: string) => ({ site_id, name, created_at: "" }) as Site;
const room = (room_id: string, site_id: string) =>
  ({ room_id, site_id, name: room_id, created_at: "", booths: [] as string[] }) as Room;
const booth = (booth_id: string, room_id: string | null) => ({ booth_id, name: booth_id, room_id }) as never;
const NOTHING = { everywhere: false, sites: [], rooms: [], booths: [] };

describe("a scope", () => {
  it("is a tree of sites, rooms and booths in their order, with those that stand nowhere", () => {
    const { branches, loose } = tree(
      [site("b", "Berlin"), site("a", "Aachen")],
      [room("r1", "b")],
      [booth("booth-10", "r1"), booth("booth-2", "r1"), booth("x", null), booth("y", "gone")],
    );
    expect(branches.map((branch) => branch.site.name)).toEqual(["Aachen", "Berlin"]);
    expect(branches[1]?.rooms[0]?.booths.map((each) => each.booth_id)).toEqual(["booth-2", "booth-10"]);
    expect(loose.map((each) => each.booth_id)).toEqual(["x", "y"]);
  });

  it("is told by names while they are few, and counted beyond", () => {
    const names = namesOf([site("b", "Berlin")], [], [booth("booth-1", null)]);
    expect(scopeText(NOTHING, names)).toBe("Nowhere");
    expect(scopeText({ ...NOTHING, everywhere: true }, names)).toBe("Everywhere");
    expect(scopeText({ ...NOTHING, sites: ["b"], booths: ["booth-1"] }, names)).toBe("Berlin, booth-1");
    expect(scopeText({ ...NOTHING, sites: ["b"], booths: ["1", "2", "3"] }, names)).toBe("1 site, 3 booths");
  });

  it("is the same in any order, and changes by one tick", () => {
    const scope = { ...NOTHING, booths: ["1", "2"] };
    expect(same(scope, { ...NOTHING, booths: ["2", "1"] })).toBe(true);
    expect(same(scope, toggled(scope, "rooms", "r"))).toBe(false);
    expect(same(scope, toggled(toggled(scope, "booths", "2"), "booths", "2"))).toBe(true);
  });
});

describe("a list", () => {
  it("finds every word anywhere, whatever the accents", () => {
    expect(found("zoe kow", "Zoë", "Kowalewskaja")).toBe(true);
    expect(found("zoe wirth", "Zoë", "Kowalewskaja")).toBe(false);
  });

  it("puts what has no value last, either way", () => {
    const items = [{ at: null }, { at: "2" }, { at: "10" }];
    const of = { at: (item: { at: string | null }) => item.at };
    expect(ordered(items, "at", of).map(({ at }) => at)).toEqual(["2", "10", null]);
    expect(ordered(items, "-at", of).map(({ at }) => at)).toEqual(["10", "2", null]);
  });

  it("keeps of an address what there is", () => {
    expect(parsePeopleSearch({ q: 4711, role: "king", state: "locked", sort: "-last" })).toEqual({
      q: "4711",
      state: "locked",
      sort: "-last",
    });
    expect(changed({ q: "a", role: "admin" }, { q: undefined })).toEqual({ role: "admin" });
  });
});

describe("an entry of the audit log", () => {
  it("shows of two scopes only what differs", () => {
    const before = { everywhere: false, rooms: ["b2"], sites: ["l"] };
    const after = { everywhere: false, rooms: [], sites: ["l"] };
    expect(lines({ before, after })).toEqual([{ name: "rooms", before: "b2", after: "—" }]);
  });

  it("knows the other ways in which changes are told", () => {
    expect(lines({ hour: { from: 3, to: 4 } })).toEqual([{ name: "hour", before: "3", after: "4" }]);
    expect(lines({ changes: { "no_face.hold_s": [1, 2] }, note: "" })).toEqual([
      { name: "no_face.hold_s", before: "1", after: "2" },
    ]);
    expect(lines({ permissions: ["a", "b"], found: { clips: { files: 2 } } })).toEqual([
      { name: "permissions", value: "a, b" },
      { name: "found clips files", value: "2" },
    ]);
  });

  it("is worth a word in the list", () => {
    expect(gist({ before: "reviewer", after: "proctor" })).toBe("reviewer → proctor");
    expect(gist({ scope: {}, role: "proctor", display_name: "Pat" })).toBe("Pat");
    expect(gist({})).toBe("");
  });

  it("has words for every act and thing that can be chosen", () => {
    const said = Object.keys(en);
    expect(THINGS.filter((thing) => !said.includes(`thing.${thing}`))).toEqual([]);
    expect(ACTIONS.filter(({ name }) => !said.includes(`audit.act.${name}`))).toEqual([]);
  });
});

describe("the audit log", () => {
  it("asks for whole days of the viewer's", () => {
    const { from, to } = asked({ from: "2030-05-04", to: "2030-05-04" });
    expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
    expect(parseAuditSearch({ from: "yesterday", to: "2030-02-30x", user: "ada" })).toEqual({ user: "ada" });
  });

  it("tells how far an export is by the number of the last whole entry", () => {
    expect(lastNumber('7,2030-01-01T00:00:00Z,ada\r\n8,2030-01-01T00:00:00Z,"a, b"\r\n', "csv")).toBe(8);
    expect(lastNumber('{"action": "x", "number": 12, "at": "…"}\n', "jsonl")).toBe(12);
    expect(lastNumber("half a li", "csv")).toBeNull();
  });
});

it.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
    "Edge, Windows",
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.0 Safari/605.1", "Safari, macOS"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
  ["curl/8.5.0", "curl/8.5.0"],
])("calls %s by the name people use", (agent, name) => expect(device(agent)).toBe(name));
