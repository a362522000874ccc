/** Every exam: what exam sessions are scheduled from. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Copy, Plus } from "lucide-react";
import { useState } from "react";
import { meQuery } from "@/api/queries";
import { ASKED, RECORDED, type Switch } from "@/exams/form";
import { type Exam, examsQuery } from "@/exams/queries";
import type { ExamsSearch } from "@/exams/search";
import { useArchive } from "@/exams/useArchive";
import { count, t } from "@/text/text";
import { duration, number } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { type Column, Table } from "@/ui/Table";

const BY: Record<string, (exam: Exam) => string | number> = {
  name: (exam) => exam.name.toLowerCase(),
  duration: (exam) => exam.duration_s,
  profile: (exam) => exam.profile,
  made: (exam) => exam.created_at,
};

/** Of what has been loaded; the hub's own order is by name. */
export function ordered(items: Exam[], by: string | undefined): Exam[] {
  const value = by === undefined ? undefined : BY[by.replace(/^-/, "")];
  if (!value) return items;
  const sign = by?.startsWith("-") ? -1 : 1;
  return [...items].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    return sign * (one < other ? -1 : one > other ? 1 : 0);
  });
}

/** Exams last whole minutes, or nearly. */
function lasts(seconds: number): string {
  return seconds < 3600 ? t("time.min", { min: number(seconds / 60, 1) }) : duration(seconds * 1000, false);
}

function Said({ exam, of }: { exam: Exam; of: readonly Exclude<Switch, "second_review">[] }) {
  const said = of.filter((name) => exam[name]);
  if (said.length === 0) return <span className="text-ink-3">{t("booth.unknown")}</span>;
  const words = said.map((name) => t(`exams.short.${name}`)).join(", ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const COLUMNS: Column<Exam>[] = [
  {
    name: t("exams.name"),
    heads: true,
    sort: "name",
    show: (exam) => (
      <Link
        to="/exams/$examId"
        params={{ examId: exam.exam_id }}
        className="font-medium underline-offset-2 hover:underline"
      >
        {exam.name}
      </Link>
    ),
  },
  {
    name: t("exams.duration"),
    sort: "duration",
    className: "whitespace-nowrap",
    show: (exam) => lasts(exam.duration_s),
  },
  {
    name: t("exams.profile"),
    sort: "profile",
    show: (exam) =>
      exam.profile_document ? (
        <>
          {exam.profile} <span className="text-ink-3 text-xs">{t("exams.own-profile")}</span>
        </>
      ) : (
        <Link to="/profiles/$name" params={{ name: exam.profile }} className="underline-offset-2 hover:underline">
          {exam.profile}
        </Link>
      ),
  },
  { name: t("exams.asks"), show: (exam) => <Said exam={exam} of={ASKED} /> },
  { name: t("exams.records"), show: (exam) => <Said exam={exam} of={RECORDED} /> },
  {
    name: t("exams.notice"),
    className: "whitespace-nowrap",
    show: (exam) =>
      exam.notice.trim() ? (
        <span title={exam.notice.slice(0, 300)}>{t("exams.notice-value", { version: exam.notice_version })}</span>
      ) : (
        <span className="text-ink-3">{t("exams.no-notice")}</span>
      ),
  },
  { name: t("exams.made"), sort: "made", show: (exam) => <When at={exam.created_at} show="clock" /> },
];

export function ExamsPage() {
  const search = useSearch({ from: "/shell/exams" });
  const navigate = useNavigate();
  const change = (next: ExamsSearch) => navigate({ to: "/exams", search: next, replace: true });
  const archived = search.archived ?? false;
  const query = useInfiniteQuery(examsQuery({ archived, ...(search.q ? { q: search.q } : {}) }));
  const may = useQuery(meQuery).data?.permissions.includes("exams.manage") ?? false;
  const archive = useArchive();
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const items = query.data?.pages.flatMap((page) => page.items);
  const chosen = (items ?? []).filter((exam) => keys.has(exam.exam_id));
  const act = t(archived ? "exams.restore" : "exams.archive");
  const Icon = archived ? ArchiveRestore : Archive;
  const toNew = (from?: string) => navigate({ to: "/exams/new", search: from === undefined ? {} : { from } });
  const columns = [...COLUMNS];
  if (may) {
    columns.push({
      name: t("exams.acts"),
      bare: true,
      className: "text-right whitespace-nowrap",
      show: (exam) => (
        <span className="-my-1 inline-flex gap-1">
          <Button size="sm" look="bare" onClick={() => toNew(exam.exam_id)}>
            <Copy size={13} aria-hidden="true" />
            {t("exams.duplicate")}
          </Button>
          <Button size="sm" look="bare" onClick={() => archive([exam], !archived)}>
            <Icon size={13} aria-hidden="true" />
            {act}
          </Button>
        </span>
      ),
    });
  }
  const create = may && (
    <Button look="ink" onClick={() => toNew()}>
      <Plus size={15} aria-hidden="true" />
      {t("exams.new")}
    </Button>
  );
  return (
    <Page title={t("exams.title")} aside={<span className="ml-auto">{create}</span>}>
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          label={t("exams.title")}
          value={archived ? "archived" : "current"}
          choices={[
            { value: "current", label: t("exams.current") },
            { value: "archived", label: t("exams.archived") },
          ]}
          onChange={(next) => {
            const { archived: _, ...rest } = search;
            setKeys(new Set());
            change(next === "archived" ? { ...rest, archived: true } : rest);
          }}
        />
        <SearchField
          key={search.q === undefined ? "none" : "some"}
          label={t("exams.search")}
          hint={t("exams.search-hint")}
          value={search.q ?? ""}
          onChange={(q) => {
            const { q: _, ...rest } = search;
            change(q ? { ...rest, q } : rest);
          }}
        />
        {chosen.length > 0 && (
          <span className="ml-auto inline-flex items-center gap-2">
            <span className="tabular text-ink-2">{count("exams.chosen", chosen.length)}</span>
            <Button
              className="h-8"
              onClick={() => {
                archive(chosen, !archived);
                setKeys(new Set());
              }}
            >
              <Icon size={14} aria-hidden="true" />
              {act}
            </Button>
            <Button look="bare" className="h-8" onClick={() => setKeys(new Set())}>
              {t("exams.unchoose")}
            </Button>
          </span>
        )}
      </div>
      <Table
        label={t("exams.title")}
        columns={columns}
        items={items && ordered(items, search.by)}
        rowKey={(exam) => exam.exam_id}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{ by: search.by ?? "name", set: (by) => change({ ...search, by }) }}
        {...(may
          ? { chosen: { keys, set: setKeys, label: (exam: Exam) => t("exams.choose", { name: exam.name }) } }
          : {})}
        empty={
          search.q ? (
            <Notice title={t("exams.none")}>
              <Button onClick={() => change(archived ? { archived: true } : {})}>{t("feed.filtered-action")}</Button>
            </Notice>
          ) : archived ? (
            <Notice title={t("exams.none-archived")} detail={t("exams.none-archived-detail")} />
          ) : (
            <Notice title={t("exams.empty")} detail={t("exams.empty-detail")}>
              {create}
            </Notice>
          )
        }
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </Page>
  );
}
