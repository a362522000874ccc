/** How often people dismissed what rules raised: by rule, exam or booth, with how sure one can be of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Rate } from "@/api/types";
import { ratesQuery } from "@/review/queries";
import { BYS, type By, DAYS, type RatesSearch } from "@/review/search";
import { percent, ruleName } from "@/review/Why";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Segments } from "@/ui/Segments";
import { Loading, Skeleton } from "@/ui/Skeleton";

/** With fewer decided, the range is too wide to act upon. */
const ENOUGH = 20;
const TICKS = [0, 25, 50, 75, 100];

export const decidedOf = (rate: Rate) => rate.confirmed + rate.dismissed;

/** Those most surely dismissed first: by the lower end of the range; undecided ones last. */
export function ranked(rates: readonly Rate[]): Rate[] {
  return rates.toSorted((a, b) => (b.low ?? -1) - (a.low ?? -1) || decidedOf(b) - decidedOf(a));
}

function nameOf(rate: Rate, by: By): string {
  if (by === "exam") return rate.exam_name ?? t("rates.no-exam");
  if (by === "booth") return rate.booth_name ?? rate.booth_id ?? "";
  return ruleName(rate.rule, rate.kind ?? "");
}

function keyOf(rate: Rate): string {
  return [rate.kind, rate.rule, rate.exam_id, rate.booth_id].join(" ");
}

function Bar({ rate }: { rate: Rate }) {
  const { dismissed_share: share, low, high } = rate;
  if (share == null || low == null || high == null) {
    return <p className="text-ink-3 text-xs">{t("rates.undecided")}</p>;
  }
  return (
    <div
      className="relative h-6"
      title={t("rates.bar-title", {
        dismissed: number(rate.dismissed),
        decided: number(decidedOf(rate)),
        low: percent(low),
        high: percent(high),
      })}
    >
      {TICKS.map((tick) => (
        <span key={tick} aria-hidden="true" className="absolute inset-y-0 w-px bg-line" style={{ left: `${tick}%` }} />
      ))}
      <span
        aria-hidden="true"
        className={`absolute top-1/2 h-2.5 -translate-y-1/2 rounded-full ${decidedOf(rate) < ENOUGH ? "hatched border border-line-strong" : "bg-line-strong"}`}
        style={{ left: `${low * 100}%`, width: `max(4px, ${(high - low) * 100}%)` }}
      />
      <span
        aria-hidden="true"
        className="absolute top-1/2 size-2.5 -translate-x-1/2 -translate-y-1/2 rounded-full bg-ink ring-2 ring-surface"
        style={{ left: `${share * 100}%` }}
      />
    </div>
  );
}

function Chart({ rates, by, days }: { rates: readonly Rate[]; by: By; days: number }) {
  const cell = "border-line border-b px-3 py-1.5 group-last/row:border-b-0";
  const head = "border-line border-b px-3 py-2 font-medium text-ink-3 text-xs whitespace-nowrap";
  return (
    <section className="panel" aria-labelledby="rates-chart">
      <div className="px-4 pt-4 pb-2">
        <h2 id="rates-chart" className="font-semibold text-base">
          {t(`rates.chart.${by}`)}
        </h2>
        <p className="max-w-3xl text-ink-2">{t("rates.lead", { days })}</p>
      </div>
      <div className="overflow-x-auto">
        <table
          aria-labelledby="rates-chart"
          data-testid="rates"
          className="tabular w-full min-w-[640px] border-separate border-spacing-0"
        >
          <thead>
            <tr>
              <th scope="col" className={`${head} text-left`}>
                {t(`rates.by.${by}`)}
              </th>
              <th scope="col" className={`${head} w-[38%] text-left`}>
                <span className="sr-only">{t("rates.range")}</span>
                <span aria-hidden="true" className="relative block h-4">
                  {TICKS.map((tick) => (
                    <span key={tick} className="absolute -translate-x-1/2" style={{ left: `${tick}%` }}>
                      {tick}&thinsp;%
                    </span>
                  ))}
                </span>
              </th>
              <th scope="col" className={`${head} text-right`}>
                {t("rates.share")}
              </th>
              <th scope="col" className={`${head} text-right`}>
                {t("rates.range")}
              </th>
              <th scope="col" className={`${head} text-right`}>
                {t("rates.decided")}
              </th>
              <th scope="col" className={`${head} text-right`}>
                {t("rates.open")}
              </th>
            </tr>
          </thead>
          <tbody>
            {ranked(rates).map((rate) => {
              const decided = decidedOf(rate);
              return (
                <tr key={keyOf(rate)} className="group/row hover:bg-hover">
                  <th scope="row" className={`${cell} text-left font-medium`}>
                    {nameOf(rate, by)}
                    {decided > 0 && decided < ENOUGH && (
                      <span className="ml-2 font-normal text-ink-3 text-xs">{t("rates.few")}</span>
                    )}
                  </th>
                  <td className={cell}>
                    <Bar rate={rate} />
                  </td>
                  <td className={`${cell} text-right font-medium`}>
                    {rate.dismissed_share == null ? "–" : percent(rate.dismissed_share)}
                  </td>
                  <td className={`${cell} text-right text-ink-2`}>
                    {rate.low == null || rate.high == null ? "–" : `${percent(rate.low)} – ${percent(rate.high)}`}
                  </td>
                  <td
                    className={`${cell} text-right`}
                    title={`${t("rates.confirmed")}: ${rate.confirmed}, ${t("rates.dismissed")}: ${rate.dismissed}`}
                  >
                    {number(decided)}
                  </td>
                  <td className={`${cell} text-right text-ink-2`}>{number(rate.unreviewed + rate.contested)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function RatesPage() {
  const search = useSearch({ from: "/shell/review/rates" }) as RatesSearch;
  const navigate = useNavigate();
  const { by = "rule", days = 30 } = search;
  const query = useQuery(ratesQuery(by === "rule" ? ["kind", "rule"] : [by], days));
  const change = (next: RatesSearch) =>
    navigate({ to: "/review/rates", search: { ...search, ...next }, replace: true });
  return (
    <Page title={t("rates.title")}>
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          label={t("rates.by")}
          value={by}
          choices={BYS.map((value) => ({ value, label: t(`rates.by.${value}`) }))}
          onChange={(value) => {
            const next = BYS.find((known) => known === value);
            if (next) void change({ by: next });
          }}
        />
        <Segments
          label={t("rates.days")}
          value={String(days)}
          choices={DAYS.map((value) => ({ value: String(value), label: t("rates.days-value", { days: value }) }))}
          onChange={(value) => {
            const next = DAYS.find((known) => String(known) === value);
            if (next) void change({ days: next });
          }}
        />
      </div>
      {query.isPending ? (
        <>
          <Loading />
          <Skeleton className="h-72 w-full rounded-lg" />
        </>
      ) : !query.data ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <div className="panel">
          <Notice title={t("rates.empty")} detail={t("rates.empty-detail")}>
            <Link
              to="/review"
              className="inline-flex h-9 items-center rounded-md border border-line-strong bg-surface px-3 hover:bg-hover"
            >
              {t("rates.queue")}
            </Link>
          </Notice>
        </div>
      ) : (
        <Chart rates={query.data.items} by={by} days={days} />
      )}
    </Page>
  );
}
