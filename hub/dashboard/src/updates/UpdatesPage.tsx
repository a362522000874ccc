/** What devices run: the releases that this hub holds, and how each went over the fleet. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { type Rollout, rolloutsQuery } from "@/updates/queries";
import { Releases } from "@/updates/Releases";
import { Progress, RolloutWord } from "@/updates/RolloutState";

const COLUMNS: Column<Rollout>[] = [
  {
    name: t("release.version"),
    heads: true,
    show: ({ rollout_id, version }) => (
      <Link
        to="/updates/$rolloutId"
        params={{ rolloutId: rollout_id }}
        className="font-medium underline-offset-2 hover:underline"
      >
        {version}
      </Link>
    ),
  },
  { name: t("rollout.state"), show: ({ state }) => <RolloutWord state={state} /> },
  { name: t("rollout.progress"), className: "w-1/3", show: (rollout) => <Progress rollout={rollout} /> },
  {
    name: t("rollout.begun"),
    show: ({ created_at, created_by }) => (
      <>
        <When at={created_at} show="age" />
        <span className="block text-ink-3 text-xs">{created_by}</span>
      </>
    ),
  },
  { name: t("rollout.ended"), show: ({ ended_at }) => (ended_at ? <When at={ended_at} show="clock" /> : "—") },
];

export function UpdatesPage() {
  const query = useQuery(rolloutsQuery);
  return (
    <Page title={t("updates.title")}>
      <Releases />
      <section aria-labelledby="rollouts" className="flex flex-col gap-3 pt-2">
        <h2 id="rollouts" className="font-semibold text-base">
          {t("rollout.title")}
        </h2>
        <Table
          label={t("rollout.title")}
          columns={COLUMNS}
          items={query.data?.items}
          rowKey={({ rollout_id }) => rollout_id}
          error={query.error}
          onRetry={() => query.refetch()}
          empty={<Notice title={t("rollout.empty")} detail={t("rollout.empty-detail")} />}
        />
      </section>
    </Page>
  );
}
