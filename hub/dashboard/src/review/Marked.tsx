/** Moments of the exam session that somebody marked, and that a reviewer took note of them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { api, ask } from "@/api/client";
import type { Flag, FlagList } from "@/api/types";
import { examSessionKeys, flagsQuery } from "@/exam-sessions/queries";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

/** `note` of the first that is open is for the key; each has a button beside. */
export function useMarked(examSessionId: string | null | undefined) {
  const id = examSessionId ?? "";
  const client = useQueryClient();
  const say = useToast();
  const { data } = useQuery({ ...flagsQuery(id), enabled: id !== "" });
  const flags = (data?.items ?? []).filter((flag) => !flag.withdrawn);
  const put = (flag: Flag) =>
    client.setQueryData<FlagList>(
      examSessionKeys.flags(flag.exam_session_id),
      (list) => list && { ...list, items: list.items.map((each) => (each.flag_id === flag.flag_id ? flag : each)) },
    );
  const set = useMutation({
    mutationFn: ({ flag, noted }: { flag: Flag; noted: boolean }) =>
      ask(
        api.POST("/api/v1/flags/{flag_id}/reviews", {
          params: { path: { flag_id: flag.flag_id } },
          body: { noted, note: "" },
        }),
      ),
    onSuccess: (flag, { noted }) => {
      put(flag);
      if (noted) {
        say({ text: t("review.flag-noted", { note: flag.note }), undo: () => set.mutate({ flag, noted: false }) });
      }
    },
    onError: (error) => say({ text: t("review.failed", { detail: describe(error) }), fault: true }),
  });
  const first = flags.find((flag) => !flag.noted);
  return {
    flags,
    first,
    take: (flag: Flag | undefined) => {
      if (flag && !set.isPending) set.mutate({ flag, noted: true });
    },
  };
}

export function Marked({ marked }: { marked: ReturnType<typeof useMarked> }) {
  const { flags, first, take } = marked;
  return (
    <ol className="divide-y divide-line" data-testid="marked">
      {flags.map((flag) => (
        <li key={flag.flag_id} className="flex items-start gap-2 py-1.5 text-xs">
          <div className="min-w-0 flex-1">
            <p className="break-words text-sm">{flag.note}</p>
            <p className="text-ink-3">
              {flag.display_name} · <When at={flag.at} show="clock" />
            </p>
            {flag.noted && (
              <p className="inline-flex items-center gap-1 text-ink-2">
                <Check size={12} aria-hidden="true" />
                {t("review.flag-by", { name: flag.noted.display_name || flag.noted.username })}
              </p>
            )}
          </div>
          {!flag.noted && (
            <Button size="sm" onClick={() => take(flag)}>
              {t("review.flag-take")}
              {flag === first && <kbd className="font-mono text-2xs text-ink-3">F</kbd>}
            </Button>
          )}
        </li>
      ))}
    </ol>
  );
}
