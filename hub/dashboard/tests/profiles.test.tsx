/** Rule profiles: what differs, what cannot be saved, the time axis, and a rule changed, reset and saved. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/client";
import { axisOf } from "@/profiles/axis";
import { differences, hints, problems, refusals, taken } from "@/profiles/differences";
import type { Editing } from "@/profiles/editing";
import { useDraft } from "@/profiles/editing";
import { RuleCard } from "@/profiles/RuleCard";
import { type Profile, type Rules, withScore, withSetting } from "@/profiles/rules";
import { SaveBar } from "@/profiles/SaveBar";
import { axisSentence } from "@/profiles/TimeAxis";
import { Toasts } from "@/ui/Toasts";

const RULE = {
  enabled: true,
  hold_s: 2,
  release_s: 0.5,
  cooldown_s: 0,
  merge_s: 3,
  severity: "medium" as const,
  escalate_after_s: 20,
};
const RULES: Rules = {
  no_face: { ...RULE, severity: "high", escalate_after_s: null },
  multiple_faces: RULE,
  looking_away: { ...RULE, yaw_deg: 30, pitch_up_deg: 22, pitch_down_deg: 27.500000000000004 },
  prohibited_object: { ...RULE, min_score: { "cell phone": 0.35, book: 0.4 } },
  camera_blocked: RULE,
  camera_frozen: RULE,
  eyes_away: { ...RULE, sight_deg: 25 },
  camera_dark: RULE,
  camera_blurred: RULE,
  camera_moved: RULE,
  person_changed: { ...RULE, min_similarity: 0.3 },
  speech: { ...RULE, enabled: false },
};

function profile(change: Partial<Profile> = {}): Profile {
  return {
    name: "Oral exam",
    version: 3,
    built_in: false,
    based_on: "standard",
    description: "",
    rules: RULES,
    exams: 0,
    booths: 0,
    created_at: null,
    archived_at: null,
    ...change,
  };
}

describe("what differs", () => {
  it("is told value by value, things by name, and taken back", () => {
    const other = withScore(withScore(withSetting(RULES, "no_face", "hold_s", 5), "book", undefined), "tv", 0.5);
    const found = differences(RULES, other);
    expect(found.map(({ key, before, after }) => [key, before, after])).toEqual([
      ["no_face.hold_s", 2, 5],
      ["prohibited_object.min_score.tv", null, 0.5],
      ["prohibited_object.min_score.book", 0.4, null],
    ]);
    const back = found.reduce((rules, { key }) => taken(rules, key, RULES), other);
    expect(differences(RULES, back)).toEqual([]);
  });

  it("names what cannot be saved, here and as the hub says it", () => {
    const bad = withSetting(withSetting(RULES, "no_face", "hold_s", 601), "speech", "escalate_after_s", Number.NaN);
    expect([...problems(bad)]).toEqual([
      ["no_face.hold_s", "From 0 to 600."],
      ["speech.escalate_after_s", "A number, please."],
    ]);
    expect(problems(RULES).size).toBe(0);
    const said = "rules.no_face.hold_s: too long; rules.prohibited_object.min_score.cell phone: too high";
    expect([...refusals(new ApiError(422, "Not a rule profile", said)).keys()]).toEqual([
      "no_face.hold_s",
      "prohibited_object.min_score.cell phone",
    ]);
  });

  it("advises against what is seldom meant", () => {
    const odd = withSetting(withSetting(RULES, "looking_away", "yaw_deg", 10), "looking_away", "escalate_after_s", 1);
    expect(hints(odd, "looking_away").map(({ field }) => field)).toEqual(["escalate_after_s", "yaw_deg"]);
    expect(hints(RULES, "looking_away")).toEqual([]);
  });
});

describe("the time axis", () => {
  it("has everything in order, however long, and nothing that is not", () => {
    for (const hold_s of [0, 0.5, 600]) {
      const x = axisOf({ ...RULE, hold_s, cooldown_s: 3600 });
      const marks = [x.begins, x.raised, x.grows ?? 0, x.ends, x.released, x.merged ?? 0, x.cooled ?? 0];
      expect(marks).toEqual([...marks].sort((a, b) => a - b));
      expect(Math.max(...marks)).toBeLessThanOrEqual(640);
    }
    const plain = axisOf({ ...RULE, merge_s: 0, severity: "high" });
    expect([plain.merged, plain.cooled, plain.grows]).toEqual([null, null, null]);
  });

  it("is said in words", () => {
    expect(axisSentence(RULE)).toBe(
      "Raised after 2 s as Medium, High after 20 s. Ended once it is gone for 0.5 s. Back within 3 s, it goes on.",
    );
  });
});

const patched: unknown[] = [];

beforeEach(() => {
  patched.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = await request.json();
    patched.push(body);
    return Response.json(profile({ version: 4, rules: body.rules }));
  });
});

function Page({ of }: { of: Profile }) {
  const [saved, setSaved] = useState(of);
  const draft = useDraft(saved);
  const editing: Editing = {
    rules: draft.rules,
    base: RULES,
    baseName: "standard",
    disabled: saved.built_in,
    wrong: draft.wrong,
    change: draft.change,
    take: (key) => draft.take(key, RULES),
  };
  return (
    <>
      <RuleCard rule="looking_away" editing={editing} />
      {draft.changes.length > 0 && (
        <SaveBar
          profile={saved}
          rules={draft.rules}
          changes={draft.changes}
          wrong={draft.wrong}
          onSaved={() => {
            setSaved({ ...saved, version: saved.version + 1, rules: draft.rules });
            draft.discard();
          }}
          onDiscard={draft.discard}
          onRefused={() => undefined}
        />
      )}
    </>
  );
}

function show(of: Profile) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Toasts>
        <Page of={of} />
      </Toasts>
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

const field = (name: RegExp) => screen.getByRole("spinbutton", { name });

describe("a rule's card", () => {
  it("is changed, refused while a value is wrong, reset, and saved as the next version", async () => {
    const user = show(profile());
    expect(field(/^Down/)).toHaveProperty("value", "27.5");
    await user.clear(field(/^To a side/));
    expect(screen.getByText("A number, please.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Save as version 4" })).toHaveProperty("disabled", true);
    await user.type(field(/^To a side/), "91");
    expect(screen.getByText("From 1 to 90.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "To a side: back to 30°, as in standard" }));
    expect(field(/^To a side/)).toHaveProperty("value", "30");

    // A comma is a point, and arrows step.
    await user.clear(field(/^Hold/));
    await user.type(field(/^Hold/), "1,5{ArrowUp}");
    await user.click(screen.getByRole("checkbox", { name: "Never" }));
    expect(screen.getByText("20 s → Never")).toBeTruthy();
  });

  it("saves what was changed and nothing else", async () => {
    const user = show(profile());
    await user.click(screen.getByRole("switch"));
    await user.click(screen.getByRole("radio", { name: /Low/ }));
    await user.type(screen.getByRole("textbox", { name: "Why" }), "calmer");
    await user.click(screen.getByRole("button", { name: "Save as version 4" }));
    expect(await screen.findByText("Oral exam is version 4 now")).toBeTruthy();
    const looking_away = { ...RULES.looking_away, enabled: false, severity: "low" };
    expect(patched).toEqual([{ version: 3, note: "calmer", rules: { ...RULES, looking_away } }]);
    expect(screen.queryByRole("button", { name: /Save/ })).toBeNull();
  });

  it("of a built-in profile is read only", () => {
    show(profile({ built_in: true }));
    expect(field(/^Hold/)).toHaveProperty("disabled", true);
    expect(screen.getByRole("switch")).toHaveProperty("disabled", true);
  });
});
