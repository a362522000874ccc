/** What the pages of candidates ask the hub for, and what they tell it. */
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import type { Candidate, ImportReport } from "@/api/types";
import type { CandidateSearch } from "@/candidates/search";

type Schemas = components["schemas"];
/** All that a person enters about a candidate. */
export type Entered = Required<Schemas["CandidateRequest"]>;

const PAGE = 50;
/** All rows and problems of a file: the hub takes no longer one. */
const LISTED = 10_000;

export const candidateKeys = {
  all: ["candidates"] as const,
  list: (search: CandidateSearch) => ["candidates", "list", search] as const,
  one: (id: string) => ["candidates", "one", id] as const,
};

export function candidatesQuery(search: CandidateSearch) {
  return infiniteQueryOptions({
    queryKey: candidateKeys.list(search),
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/candidates", {
          params: { query: { ...search, limit: PAGE, ...(pageParam === null ? {} : { after: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}

export function candidateQuery(id: string) {
  return queryOptions({
    queryKey: candidateKeys.one(id),
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/candidates/{candidate_id}", { params: { path: { candidate_id: id } }, signal })),
  });
}

const changed = (client: QueryClient) => client.invalidateQueries({ queryKey: candidateKeys.all });

/** Adds one, or changes the one with this id. */
export function useSaveCandidate(id?: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Entered): Promise<Candidate> =>
      ask(
        id === undefined
          ? api.POST("/api/v1/candidates", { body })
          : api.PATCH("/api/v1/candidates/{candidate_id}", { params: { path: { candidate_id: id } }, body }),
      ),
    onSuccess: () => changed(client),
  });
}

export type Told = { done: number; of: number };

/** Does one thing to each, one after the other, and tells how far it is; stops at the first that is refused. */
export function useEach(act: (candidate: Candidate) => Promise<unknown>, onStep: (told: Told) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (candidates: readonly Candidate[]) => {
      for (const [at, candidate] of candidates.entries()) {
        await act(candidate);
        onStep({ done: at + 1, of: candidates.length });
      }
    },
    onSettled: () => changed(client),
  });
}

export const remove = ({ candidate_id }: Candidate) =>
  ask(api.DELETE("/api/v1/candidates/{candidate_id}", { params: { path: { candidate_id } } }));

export const setExtra = (percent: number) => {
  return ({ candidate_id }: Candidate) =>
    ask(
      api.PATCH("/api/v1/candidates/{candidate_id}", {
        params: { path: { candidate_id } },
        body: { extra_time_percent: percent },
      }),
    );
};

export function sendCandidates(table: string, dry: boolean): Promise<ImportReport> {
  return ask(
    api.POST("/api/v1/candidates/import", {
      params: { query: { dry_run: dry, listed: LISTED } },
      body: table,
      bodySerializer: (body) => body,
      headers: { "Content-Type": "text/csv" },
    }),
  );
}
