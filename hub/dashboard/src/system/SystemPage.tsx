/** How the hub itself is doing. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { systemQuery } from "@/api/queries";
import type { System } from "@/api/types";
import { t } from "@/text/text";
import { bytes, number } from "@/time/format";
import { When } from "@/time/When";
import { Fact, Facts, Section } from "@/ui/Facts";
import { Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";

/** Evidence of a day with some booths fits into this; below it somebody must act. */
const DISK_LOW_BYTES = 5_000_000_000;

type CardProps = { name: string; value: ReactNode; detail?: string | undefined; bad?: boolean };

function Card({ name, value, detail, bad = false }: CardProps) {
  return (
    <div className={`panel tabular p-4 ${bad ? "border-high" : ""}`}>
      <p className="text-ink-2">{name}</p>
      <p className={`mt-1 font-semibold text-xl tracking-tight ${bad ? "text-high" : ""}`}>{value}</p>
      {detail && <p className="mt-1 text-ink-3 text-xs">{detail}</p>}
    </div>
  );
}

function SystemView({ system }: { system: System }) {
  const connected = system.broker === "connected";
  const diskLow = system.disk_free_bytes < DISK_LOW_BYTES;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        <Card
          name={t("system.broker")}
          value={t(`system.broker-${system.broker}`)}
          detail={connected ? undefined : t("system.broker-detail")}
          bad={!connected}
        />
        <Card name={t("system.events")} value={number(system.events_committed)} />
        <Card
          name={t("system.chain-gaps")}
          value={number(system.chain_gaps)}
          detail={t(system.chain_gaps > 0 ? "system.chain-gaps-detail" : "system.chain-gaps-none")}
          bad={system.chain_gaps > 0}
        />
        <Card
          name={t("system.rejected")}
          value={number(system.rejected_messages)}
          detail={t("system.rejected-detail")}
        />
        <Card
          name={t("system.disk")}
          value={bytes(system.disk_free_bytes)}
          detail={diskLow ? t("system.disk-low") : undefined}
          bad={diskLow}
        />
        <Card name={t("system.database")} value={bytes(system.database_bytes)} />
      </div>
      <Section title={t("system.hub")}>
        <Facts>
          <Fact name={t("system.version")}>{system.version}</Fact>
          <Fact name={t("system.started")}>
            <When at={system.started_at} />
          </Fact>
          <Fact name={t("system.instance")}>
            <code className="font-mono text-xs">{system.instance}</code>
          </Fact>
        </Facts>
      </Section>
    </>
  );
}

export function SystemPage() {
  const system = useQuery(systemQuery);
  return (
    <Page title={t("system.title")} narrow>
      {system.data ? (
        <SystemView system={system.data} />
      ) : system.isError ? (
        <Failure error={system.error} onRetry={() => system.refetch()} />
      ) : (
        <>
          <Loading />
          <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
            <Skeleton className="h-24 rounded-lg" />
            <Skeleton className="h-24 rounded-lg" />
            <Skeleton className="h-24 rounded-lg" />
          </div>
        </>
      )}
    </Page>
  );
}
