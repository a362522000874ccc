/** One rollout: how far it is, phase by phase and device by device, and what can be done with it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { t } from "@/text/text";
import { duration } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Fact, Facts, Section } from "@/ui/Facts";
import { describe, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { phaseText } from "@/updates/plan";
import { at, forgetUpdates, type Rollout, type RolloutDetail, rolloutQuery } from "@/updates/queries";
import { RolloutDevices } from "@/updates/RolloutDevices";
import { Progress, RolloutWord } from "@/updates/RolloutState";

function Back() {
  return (
    <Link to="/updates" className="inline-flex items-center gap-1.5 text-ink-2 hover:text-ink">
      <ArrowLeft size={15} aria-hidden="true" />
      {t("rollout.back")}
    </Link>
  );
}

type Act = "pause" | "resume" | "cancel";

function Acts({ rollout }: { rollout: Rollout }) {
  const client = useQueryClient();
  const [cancelling, setCancelling] = useState(false);
  const act = useMutation({
    mutationFn: (what: Act) => {
      const on = at(rollout.rollout_id);
      if (what === "pause") return ask(api.POST("/api/v1/rollouts/{rollout_id}/pause", on));
      if (what === "resume") return ask(api.POST("/api/v1/rollouts/{rollout_id}/resume", on));
      return ask(api.POST("/api/v1/rollouts/{rollout_id}/cancel", on));
    },
    onSuccess: () => setCancelling(false),
    onSettled: () => forgetUpdates(client),
  });
  if (rollout.state === "done" || rollout.state === "cancelled") return null;
  return (
    <>
      <div className="flex flex-wrap gap-2 pt-3">
        {rollout.state === "running" ? (
          <Button disabled={act.isPending} onClick={() => act.mutate("pause")}>
            {t("rollout.pause")}
          </Button>
        ) : (
          <Button look="ink" disabled={act.isPending} onClick={() => act.mutate("resume")}>
            {t("rollout.resume")}
          </Button>
        )}
        <Button className="text-high!" disabled={act.isPending} onClick={() => setCancelling(true)}>
          {t("rollout.cancel")}…
        </Button>
      </div>
      {act.isError && !cancelling && (
        <p role="alert" className="pt-2 text-high">
          {describe(act.error)}
        </p>
      )}
      {cancelling && (
        <Confirm
          title={t("rollout.cancel-of", { version: rollout.version })}
          lead={t("rollout.cancel-lead")}
          act={t("rollout.cancel")}
          busy={act.isPending}
          error={act.error}
          onDo={() => act.mutate("cancel")}
          onClose={() => setCancelling(false)}
        />
      )}
    </>
  );
}

function Plan({ rollout }: { rollout: Rollout }) {
  return (
    <Section title={t("rollout.plan")}>
      <ol className="flex flex-col gap-1 py-1">
        {rollout.phases.map((phase, place) => {
          const here = place === rollout.phase && rollout.ended_at === null;
          const over = place < rollout.phase || rollout.state === "done";
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: phases have no other name, and keep their places
              key={place}
              aria-current={here ? "step" : undefined}
              className={`flex items-center gap-2 ${here ? "font-medium" : "text-ink-2"}`}
            >
              <span
                aria-hidden="true"
                className={`size-2 shrink-0 rounded-full ${here ? "bg-accent" : over ? "bg-ink-3" : "border border-ink-3"}`}
              />
              {t("rollout.phase", { number: place + 1 })}: {phaseText(phase)}
              {here && <span className="font-normal text-ink-3 text-xs">{t("rollout.phase-now")}</span>}
            </li>
          );
        })}
      </ol>
      <Facts>
        <Fact name={t("rollout.failures")}>{rollout.max_failures}</Fact>
        <Fact name={t("rollout.within")}>{duration(1000 * rollout.healthy_within_s, false)}</Fact>
        <Fact name={t("rollout.settle-name")}>{duration(1000 * rollout.settle_s, false)}</Fact>
        <Fact name={t("rollout.begun")}>
          <When at={rollout.created_at} show="clock" />
          <span className="block text-ink-3 text-xs">{rollout.created_by}</span>
        </Fact>
        {rollout.ended_at && (
          <Fact name={t("rollout.ended")}>
            <When at={rollout.ended_at} show="clock" />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function View({ detail: { rollout, devices } }: { detail: RolloutDetail }) {
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex min-w-0 flex-col gap-4">
        <Section title={t("rollout.progress")}>
          <div className="pt-2">
            <Progress rollout={rollout} tall />
          </div>
          {rollout.state === "stopped" && (
            <p role="alert" className="pt-2">
              <strong className="font-medium text-high">{t("rollout.stopped")}</strong> {rollout.reason}
            </p>
          )}
          <Acts rollout={rollout} />
        </Section>
        <RolloutDevices devices={devices} version={rollout.version} />
      </div>
      <div className="min-w-0">
        <Plan rollout={rollout} />
      </div>
    </div>
  );
}

export function RolloutPage() {
  const { rolloutId } = useParams({ from: "/shell/updates/$rolloutId" });
  const found = useQuery(rolloutQuery(rolloutId));
  if (found.data) {
    const { rollout } = found.data;
    return (
      <Page
        title={t("rollout.page", { version: rollout.version })}
        aside={
          <>
            <RolloutWord state={rollout.state} />
            <span className="ml-auto">
              <Back />
            </span>
          </>
        }
      >
        <View detail={found.data} />
      </Page>
    );
  }
  if (found.isError) {
    const missing = (
      <Notice title={t("rollout.missing")} detail={t("rollout.missing-detail")}>
        <Back />
      </Notice>
    );
    return <Failure error={found.error} onRetry={() => found.refetch()} missing={missing} />;
  }
  return (
    <div className="flex flex-col gap-4 p-4 md:p-6">
      <Loading />
      <Skeleton className="h-6 w-64" />
      <Skeleton className="h-96 w-full rounded-lg" />
    </div>
  );
}
