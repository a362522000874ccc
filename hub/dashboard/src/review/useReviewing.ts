/** One reviewer at work: the note, the reason asked for, the decision and its undo, and the keys for all of it. */
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Me, Violation } from "@/api/types";
import { type DismissalReason, foreseen, type Given, own } from "@/review/decision";
import type { useMarked } from "@/review/Marked";
import type { Pace } from "@/review/Progress";
import { togglePlay } from "@/review/Stage";
import { useDecide } from "@/review/useDecide";
import type { useQueue } from "@/review/useQueue";
import { count, t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { useKeys } from "@/ui/keyboard";
import { useToast } from "@/ui/Toasts";
import { sentence } from "@/violations/sentence";

type Last = { before: Violation[]; after: Violation[] };
type At = {
  me: Me;
  queue: ReturnType<typeof useQueue>;
  marked: ReturnType<typeof useMarked>;
  pace: Pace;
  stage: RefObject<HTMLElement | null>;
  go: (id: string | undefined) => void;
};

function unfocus(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Space belongs to a button or a player that has the focus. */
function onPage(): boolean {
  const focused = document.activeElement;
  return !(focused instanceof HTMLElement && focused.closest("button, a, video, summary"));
}

export function useReviewing({ me, queue, marked, pace, stage, go }: At) {
  const { decide, undo } = useDecide(me);
  const say = useToast();
  const now = useKnownNow();
  const field = useRef<HTMLInputElement>(null);
  const last = useRef<Last | null>(null);
  const [note, setNote] = useState("");
  const [asking, ask] = useState(false);
  const [owed, owe] = useState(false);
  const { current } = queue;
  const id = current?.violation_id;
  const clear = () => {
    setNote("");
    ask(false);
    owe(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is about one violation
  useEffect(clear, [id]);

  const targets = queue.chosenItems.length > 0 ? queue.chosenItems : current ? [current] : [];
  const takeBack = (done: Last) => {
    last.current = null;
    undo(done.before, done.after);
    pace.undone(done.before.length);
    go(done.before[0]?.violation_id);
  };
  const conclude = (given: Given) => {
    const [first] = targets;
    if (!first) return;
    const done: Last = { before: targets, after: targets.map((each) => foreseen(each, me, given)) };
    last.current = done;
    decide(targets, given);
    pace.done(targets.length);
    const what = targets.length > 1 ? count("review.some", targets.length) : sentence(first, now);
    say({ text: `${t(`review.decided.${given.decision}`)}: ${what}`, undo: () => takeBack(done) });
    clear();
    queue.chooseNone();
    unfocus();
    const to = queue.next;
    go(to && !targets.includes(to) ? to.violation_id : id);
  };
  const words = note.trim();
  const dismissFor = (reason: DismissalReason) => {
    if (reason !== "other" || words) return conclude({ decision: "dismissed", reason, note: words });
    ask(false);
    owe(true);
    field.current?.focus();
  };
  /** One's own decision about what is shown; where there is none, the last one, wherever it was. */
  const back = () => {
    const mine = current && own(current, me.username);
    const done = last.current;
    if (done && (!mine || done.before.some((each) => each.violation_id === id))) return takeBack(done);
    if (!current || !mine) return say({ text: t("review.undo-none") });
    const others = (current.reviews ?? []).filter((each) => each !== mine);
    const bare = { ...current, reviews: others, review: others.length > 0 ? current.review : "unreviewed" };
    undo([bare as Violation], [current]);
  };
  const confirm = () => conclude({ decision: "confirmed", note: words });
  const acts: Record<string, () => unknown> = {
    c: confirm,
    d: () => targets.length > 0 && ask(true),
    n: () => queue.step(1),
    j: () => queue.step(1),
    p: () => queue.step(-1),
    k: () => queue.step(-1),
    e: () => field.current?.focus(),
    u: back,
    f: () => marked.take(marked.first),
    x: () => current && queue.toggle(current),
    a: () => current && queue.chooseAlike(current),
  };
  useKeys({
    ...acts,
    // As they are with Caps Lock.
    ...Object.fromEntries(Object.entries(acts).map(([key, act]) => [key.toUpperCase(), act])),
    " ": () => onPage() && togglePlay(stage.current),
    Escape: () => queue.chosen.size > 0 && queue.chooseNone(),
  });
  return {
    some: targets.length,
    note,
    onNote: setNote,
    field,
    asking,
    owed,
    onConfirm: confirm,
    onDismiss: () => ask(!asking),
    onReason: dismissFor,
    onClose: () => {
      ask(false);
      owe(false);
      unfocus();
    },
  };
}
