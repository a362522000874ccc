/** A profile being changed: the values on the page, what they differ from, and what cannot be saved. */
import { useCallback, useMemo, useState } from "react";
import { differences, type Key, problems, taken } from "@/profiles/differences";
import type { Profile, Rules } from "@/profiles/rules";

export type Editing = {
  rules: Rules;
  /** Of the built-in profile that it came from. */
  base: Rules;
  baseName: string;
  disabled: boolean;
  wrong: Map<Key, string>;
  change: (rules: Rules) => void;
  /** Takes the built-in profile's value. */
  take: (key: Key) => void;
};

/** `draft` is null while nothing was changed, so that a newer version shows by itself. */
export function useDraft(profile: Profile) {
  const [draft, setDraft] = useState<Rules | null>(null);
  const rules = draft ?? profile.rules;
  const changes = useMemo(() => (draft ? differences(profile.rules, draft) : []), [draft, profile.rules]);
  const wrong = useMemo(() => problems(rules), [rules]);
  const discard = useCallback(() => setDraft(null), []);
  return {
    rules,
    changes,
    wrong,
    change: setDraft,
    discard,
    take: (key: Key, from: Rules) => setDraft(taken(rules, key, from)),
  };
}
