/** What the exam sessions of an exam or a site come to, as answers to questions. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { examChoicesQuery, sitesQuery } from "@/places/queries";
import { DayField } from "@/reports/DayField";
import { summaryQuery } from "@/reports/queries";
import { SummaryCharts } from "@/reports/SummaryCharts";
import { between, type SummarySearch } from "@/reports/search";
import { t } from "@/text/text";
import { Choose } from "@/ui/Choose";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";

function Chosen({ of, id, search }: { of: "exam" | "site"; id: string; search: SummarySearch }) {
  const period = between(search.from, search.to);
  const query = useQuery(summaryQuery(of, id, period));
  if (query.isPending) {
    return (
      <>
        <Loading />
        <Skeleton className="h-24 w-full rounded-lg" />
        <Skeleton className="h-64 w-full rounded-lg" />
      </>
    );
  }
  if (!query.data) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  if (query.data.exam_sessions === 0) {
    return (
      <div className="panel">
        <Notice title={t("summary.empty")} detail={t("summary.empty-detail")} />
      </div>
    );
  }
  const csv = new URLSearchParams(period);
  return <SummaryCharts summary={query.data} csv={`/api/v1/${of}s/${encodeURIComponent(id)}/summary.csv?${csv}`} />;
}

export function SummariesPage() {
  const { violation: _, site: __, room: ___, ...search } = useSearch({ from: "/shell/summaries" });
  const navigate = useNavigate();
  const exams = useQuery(examChoicesQuery).data?.items ?? [];
  const sites = useQuery(sitesQuery).data?.items ?? [];
  const set = (part: { [Name in keyof SummarySearch]: SummarySearch[Name] | undefined }) =>
    navigate({
      to: "/summaries",
      search: Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined)),
      replace: true,
    });
  const of = search.exam ? "exam" : "site";
  const id = search.exam ?? search.of;
  return (
    <Page title={t("summaries.title")}>
      <div className="flex flex-wrap items-center gap-2">
        <Choose
          label={t("exam-sessions.exam")}
          any={t("summaries.choose-exam")}
          value={search.exam}
          choices={exams.map((exam) => ({ value: exam.exam_id, label: exam.name }))}
          onChange={(exam) => set({ exam, of: undefined })}
        />
        <Choose
          label={t("summaries.site")}
          any={t("summaries.choose-site")}
          value={search.of}
          choices={sites.map((site) => ({ value: site.site_id, label: site.name }))}
          onChange={(site) => set({ of: site, exam: undefined })}
        />
        <DayField label={t("report.from")} value={search.from} max={search.to} onChange={(from) => set({ from })} />
        <DayField label={t("report.to")} value={search.to} min={search.from} onChange={(to) => set({ to })} />
      </div>
      {id === undefined ? (
        <div className="panel">
          <Notice title={t("summaries.none")} detail={t("summaries.none-detail")} />
        </div>
      ) : (
        <Chosen key={`${of} ${id}`} of={of} id={id} search={search} />
      )}
    </Page>
  );
}
