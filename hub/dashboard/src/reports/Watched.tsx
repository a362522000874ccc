/** Who watched while the candidate sat there. Others than administrators and auditors see their own looks only. */
import { useQuery } from "@tanstack/react-query";
import { type Report, watchesQuery } from "@/reports/queries";
import { named, t } from "@/text/text";
import { duration } from "@/time/format";
import { When } from "@/time/When";
import { Section } from "@/ui/Facts";
import { describe } from "@/ui/Notice";
import { Loading } from "@/ui/Skeleton";

export function Watched({ report, all }: { report: Report; all: boolean }) {
  const watches = useQuery(watchesQuery(report.exam_session_id));
  const items = watches.data?.items;
  return (
    <Section title={t("report.watched")} {...(all ? {} : { aside: t("report.watched-own") })}>
      {watches.isPending && <Loading />}
      {watches.isError && !items && <p className="py-2 text-high">{describe(watches.error)}</p>}
      {items?.length === 0 && <p className="py-2 text-ink-3">{t("report.watched-none")}</p>}
      <ol className="divide-y divide-line">
        {items?.map((watch) => (
          <li key={watch.watch_id} className="flex items-baseline justify-between gap-4 py-2">
            <span className="min-w-0">
              {watch.display_name}
              <span className="block text-ink-3 text-xs">{named("report.watch", watch.kind)}</span>
            </span>
            <span className="tabular text-right text-ink-2 text-xs">
              <When at={watch.started_at} show="clock" />
              {watch.ended_at && (
                <span className="block text-ink-3">
                  {duration(Date.parse(watch.ended_at) - Date.parse(watch.started_at), false)}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
