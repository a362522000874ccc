/** Everybody who sits exams here: found, narrowed, ordered; added, changed and deleted by those who manage them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Download, FileUp, PencilLine, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useMay } from "@/api/may";
import type { Candidate } from "@/api/types";
import { Accommodations } from "@/candidates/accommodations";
import { CandidateForm } from "@/candidates/CandidateForm";
import { DeleteCandidates } from "@/candidates/DeleteCandidates";
import { ExtraTime } from "@/candidates/ExtraTime";
import { candidatesQuery } from "@/candidates/queries";
import { type CandidateSearch, parseCandidateSearch } from "@/candidates/search";
import { usePageActs } from "@/palette/acts";
import { count, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { useKeys } from "@/ui/keyboard";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";

type Doing =
  | { what: "add" }
  | { what: "edit"; candidate: Candidate }
  | { what: "delete"; candidates: readonly Candidate[] }
  | { what: "extra"; candidates: readonly Candidate[] };

const LINK =
  "inline-flex h-9 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-surface px-3 hover:bg-hover";

function columnsFor(manages: boolean, does: (doing: Doing) => void): Column<Candidate>[] {
  const columns: Column<Candidate>[] = [
    {
      name: t("candidates.name"),
      heads: true,
      sort: "name",
      show: ({ candidate_id, name, email }) => (
        <>
          <Link
            to="/candidates/$candidateId"
            params={{ candidateId: candidate_id }}
            className="font-medium underline-offset-2 hover:underline"
          >
            {name}
          </Link>
          {email && <span className="block text-ink-3 text-xs">{email}</span>}
        </>
      ),
    },
    { name: t("candidates.number"), sort: "number", show: ({ number }) => number },
    { name: t("candidates.accommodations"), show: (candidate) => <Accommodations candidate={candidate} /> },
    { name: t("candidates.added"), show: ({ created_at }) => <When at={created_at} show="age" /> },
  ];
  if (!manages) return columns;
  return [
    ...columns,
    {
      name: t("candidates.acts"),
      bare: true,
      className: "w-20 whitespace-nowrap py-1.5! text-right",
      show: (candidate) => (
        <>
          <Button
            look="bare"
            size="icon"
            aria-label={t("candidates.edit-one", { name: candidate.name })}
            onClick={() => does({ what: "edit", candidate })}
          >
            <PencilLine size={15} />
          </Button>
          <Button
            look="bare"
            size="icon"
            aria-label={count("delete-candidates.title", 1, { name: candidate.name })}
            onClick={() => does({ what: "delete", candidates: [candidate] })}
          >
            <Trash2 size={15} />
          </Button>
        </>
      ),
    },
  ];
}

/** What can be done with those that are ticked; it stays in sight while one scrolls. */
function Bulk({ chosen, does, clear }: { chosen: Candidate[]; does: (doing: Doing) => void; clear: () => void }) {
  if (chosen.length === 0) return null;
  return (
    <div className="panel sticky top-14 z-20 flex flex-wrap items-center gap-2 border-line-strong px-3 py-2">
      <strong className="mr-2 font-semibold" role="status">
        {count("candidates.chosen", chosen.length)}
      </strong>
      <Button size="sm" onClick={() => does({ what: "extra", candidates: chosen })}>
        {t("candidates.set-extra")}
      </Button>
      <Button size="sm" onClick={() => does({ what: "delete", candidates: chosen })}>
        {t("candidates.delete")}
      </Button>
      <Button size="sm" look="bare" onClick={clear}>
        {t("candidates.choose-none")}
      </Button>
    </div>
  );
}

function Doing({ doing, end, clear }: { doing: Doing | null; end: () => void; clear: () => void }) {
  const say = useToast();
  const done = (text: string) => {
    say({ text });
    clear();
    end();
  };
  switch (doing?.what) {
    case "add":
      return <CandidateForm onClose={end} onSaved={({ name }) => done(t("candidates.created", { name }))} />;
    case "edit":
      return (
        <CandidateForm
          candidate={doing.candidate}
          onClose={end}
          onSaved={({ name }) => done(t("candidates.saved", { name }))}
        />
      );
    case "delete":
      return (
        <DeleteCandidates
          candidates={doing.candidates}
          onClose={end}
          onDone={(number) => done(count("delete-candidates.done", number))}
        />
      );
    case "extra":
      return (
        <ExtraTime
          candidates={doing.candidates}
          onClose={end}
          onDone={() => done(count("candidates.extra-set", doing.candidates.length))}
        />
      );
    default:
      return null;
  }
}

function Empty({
  filtered,
  manages,
  all,
  add,
}: Record<"filtered" | "manages", boolean> & Record<"all" | "add", () => void>) {
  if (filtered)
    return (
      <Notice title={t("candidates.filtered")}>
        <Button onClick={all}>{t("candidates.filtered-action")}</Button>
      </Notice>
    );
  if (!manages) return <Notice title={t("candidates.empty")} detail={t("candidates.empty-reader")} />;
  return (
    <Notice title={t("candidates.empty")} detail={t("candidates.empty-detail")}>
      <Link to="/candidates/import" className={LINK}>
        <FileUp size={15} aria-hidden="true" />
        {t("candidates.import")}
      </Link>
      <Button onClick={add}>{t("candidates.add")}</Button>
    </Notice>
  );
}

export function CandidatesPage() {
  const search = useSearch({ from: "/shell/candidates" });
  const navigate = useNavigate();
  const manages = useMay("candidates.manage");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [doing, setDoing] = useState<Doing | null>(null);
  const query = useInfiniteQuery(candidatesQuery(search));
  const items = query.data?.pages.flatMap((page) => page.items);
  const columns = useMemo(() => columnsFor(manages, setDoing), [manages]);
  // What is chosen belongs to what is shown: another search begins with nothing.
  const change = (next: CandidateSearch) => {
    setChosen(new Set());
    void navigate({ to: "/candidates", search: parseCandidateSearch(next), replace: true });
  };
  const clear = () => setChosen(new Set());
  const add = () => setDoing({ what: "add" });
  usePageActs(manages ? [{ text: t("candidates.add"), key: "n", run: add }] : []);
  useKeys({ n: add }, manages);
  return (
    <Page
      title={t("candidates.title")}
      aside={
        <div className="ml-auto flex flex-wrap gap-2">
          <a href="/api/v1/candidates/export" download className={LINK}>
            <Download size={15} aria-hidden="true" />
            {t("candidates.export")}
          </a>
          {manages && (
            <>
              <Link to="/candidates/import" className={LINK}>
                <FileUp size={15} aria-hidden="true" />
                {t("candidates.import")}
              </Link>
              <Button look="ink" onClick={add}>
                <Plus size={15} aria-hidden="true" />
                {t("candidates.add")}
              </Button>
            </>
          )}
        </div>
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          key={search.q === undefined ? "none" : "some"}
          label={t("candidates.search")}
          hint={t("candidates.search-hint")}
          value={search.q ?? ""}
          onChange={(q) => change({ ...search, q })}
        />
        <Segments
          label={t("candidates.accommodations")}
          value={search.accommodated === undefined ? "all" : String(search.accommodated)}
          choices={[
            { value: "all", label: t("candidates.all") },
            { value: "true", label: t("candidates.with") },
            { value: "false", label: t("candidates.without") },
          ]}
          onChange={(value) => {
            const { accommodated: _, ...rest } = search;
            change(value === "true" || value === "false" ? { ...rest, accommodated: value === "true" } : rest);
          }}
        />
      </div>
      <Bulk
        chosen={(items ?? []).filter(({ candidate_id }) => chosen.has(candidate_id))}
        does={setDoing}
        clear={clear}
      />
      <Table<Candidate>
        label={t("candidates.title")}
        columns={columns}
        items={items}
        rowKey={({ candidate_id }) => candidate_id}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{
          by: search.sort ?? "name",
          set: (sort) => change({ ...search, sort: sort as NonNullable<CandidateSearch["sort"]> }),
        }}
        {...(manages
          ? { chosen: { keys: chosen, set: setChosen, label: ({ name }) => t("candidates.choose", { name }) } }
          : {})}
        empty={
          <Empty
            filtered={search.q !== undefined || search.accommodated !== undefined}
            manages={manages}
            all={() => change({})}
            add={add}
          />
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
      <Doing doing={doing} end={() => setDoing(null)} clear={clear} />
    </Page>
  );
}
