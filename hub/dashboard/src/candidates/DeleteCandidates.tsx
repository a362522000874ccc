/** Asks before candidates are deleted, and says which of them stay because evidence needs to say whose it is. */
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask } from "@/api/client";
import type { Candidate } from "@/api/types";
import { remove, type Told, useEach } from "@/candidates/queries";
import { count, t } from "@/text/text";
import { Confirm } from "@/ui/Confirm";

/** Exam sessions that are counted of each; that there are some is enough to know. */
const COUNTED = 50;
/** Of those that stay, named one by one. */
const NAMED = 6;

type Props = { candidates: readonly Candidate[]; onClose: () => void; onDone: (count: number) => void };

export function DeleteCandidates({ candidates, onClose, onDone }: Props) {
  const [told, setTold] = useState<Told | null>(null);
  const each = useEach(remove, setTold);
  const sessions = useQueries({
    queries: candidates.map(({ candidate_id }) => ({
      queryKey: ["exam-sessions", "count", candidate_id],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { candidate: candidate_id, limit: COUNTED };
        return (await ask(api.GET("/api/v1/exam-sessions", { params: { query }, signal }))).items.length;
      },
    })),
  });
  const checking = sessions.some(({ isPending }) => isPending);
  const failed = sessions.find(({ error }) => error)?.error;
  const kept = candidates.flatMap((candidate, at) => {
    const found = sessions[at]?.data ?? 0;
    return found > 0 ? [{ candidate, found }] : [];
  });
  const free = candidates.filter((candidate) => !kept.some((each) => each.candidate === candidate));
  const act = () => each.mutate(free, { onSuccess: () => onDone(free.length) });
  return (
    <Confirm
      title={count("delete-candidates.title", candidates.length, { name: candidates[0]?.name ?? "" })}
      lead={t("delete-candidates.lead")}
      act={count("delete-candidates.act", Math.max(1, free.length))}
      busy={each.isPending}
      error={each.error ?? failed}
      blocked={checking || failed != null || free.length === 0}
      onDo={act}
      onClose={onClose}
    >
      {checking ? (
        <p role="status" className="text-ink-2">
          {t("delete-candidates.checking")}
        </p>
      ) : (
        <>
          {candidates.length > 1 && free.length > 0 && <p>{count("delete-candidates.free", free.length)}</p>}
          {kept.length > 0 && (
            <div className="rounded-md border border-line-strong bg-sunken px-3 py-2">
              <p className="font-medium">{count("delete-candidates.kept", kept.length)}</p>
              <ul className="my-1 list-disc pl-5">
                {kept.slice(0, NAMED).map(({ candidate, found }) => (
                  <li key={candidate.candidate_id}>
                    <Link
                      to="/candidates/$candidateId"
                      params={{ candidateId: candidate.candidate_id }}
                      className="underline underline-offset-2"
                    >
                      {candidate.name}
                    </Link>
                    , {count("delete-candidates.kept-sessions", found)}
                  </li>
                ))}
                {kept.length > NAMED && <li>…</li>}
              </ul>
              <p className="text-ink-2 text-xs">{t("delete-candidates.why")}</p>
            </div>
          )}
          {told && each.isPending && (
            <p role="status" className="text-ink-2">
              {t("delete-candidates.progress", told)}
            </p>
          )}
        </>
      )}
    </Confirm>
  );
}
