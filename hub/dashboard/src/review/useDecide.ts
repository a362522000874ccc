/** Decides, and takes back: at once on the page, then at the hub; what the hub refuses is put back as it was. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Me, Violation } from "@/api/types";
import { type DismissalReason, foreseen, type Given, own } from "@/review/decision";
import { eachQueued, reviewKeys } from "@/review/queries";
import { t } from "@/text/text";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

type Body = { decision: Given["decision"] | "unreviewed"; reason_code: DismissalReason | null; note: string };

const bodyOf = ({ decision, reason, note }: Given): Body => ({ decision, reason_code: reason ?? null, note });

async function send(ids: readonly string[], body: Body): Promise<Violation | null> {
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    return ask(
      api.POST("/api/v1/violations/{violation_id}/reviews", { params: { path: { violation_id: only } }, body }),
    );
  }
  await ask(api.POST("/api/v1/reviews", { body: { ...body, violation_ids: [...ids] } }));
  return null;
}

/** What stood before comes back; where nothing did, the decision is taken back. */
async function takeBack(violations: readonly Violation[], username: string): Promise<void> {
  const bare = violations.filter((each) => !own(each, username)).map((each) => each.violation_id);
  if (bare.length > 0) await send(bare, { decision: "unreviewed", reason_code: null, note: "" });
  for (const each of violations) {
    const before = own(each, username);
    if (!before || before.decision === "unreviewed") continue;
    await send([each.violation_id], {
      decision: before.decision,
      reason_code: before.reason_code ?? null,
      note: before.note,
    });
  }
}

export function useDecide(me: Pick<Me, "username" | "display_name">) {
  const client = useQueryClient();
  const say = useToast();
  const put = (some: readonly Violation[]) => {
    const by = new Map(some.map((each) => [each.violation_id, each]));
    eachQueued(client, (item) => by.get(item.violation_id) ?? item);
    for (const each of some) {
      client.setQueryData<Violation>(keys.one(each.violation_id), (known) => known && each);
    }
  };
  const settled = (some: readonly Violation[]) => {
    for (const { violation_id: id } of some) void client.invalidateQueries({ queryKey: reviewKeys.history(id) });
  };
  const failed = (error: unknown, before: readonly Violation[]) => {
    put(before);
    say({ text: t("review.failed", { detail: describe(error) }), fault: true });
  };
  const decide = useMutation({
    // One after the other: what is taken back must not overtake what it takes back.
    scope: { id: "review" },
    mutationFn: ({ before, given }: { before: readonly Violation[]; given: Given }) =>
      send(
        before.map((each) => each.violation_id),
        bodyOf(given),
      ),
    onMutate: ({ before, given }) => put(before.map((each) => foreseen(each, me, given))),
    onSuccess: (view) => view && put([view]),
    onError: (error, { before }) => failed(error, before),
    onSettled: (_, __, { before }) => settled(before),
  });
  const undo = useMutation({
    scope: { id: "review" },
    mutationFn: ({ before }: { before: readonly Violation[]; after: readonly Violation[] }) =>
      takeBack(before, me.username),
    onMutate: ({ before }) => put(before),
    onError: (error, { after }) => failed(error, after),
    onSettled: (_, __, { before }) => settled(before),
  });
  return {
    decide: (before: readonly Violation[], given: Given) => decide.mutate({ before, given }),
    undo: (before: readonly Violation[], after: readonly Violation[]) => undo.mutate({ before, after }),
  };
}
