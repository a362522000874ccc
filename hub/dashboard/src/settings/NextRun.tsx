/** What the next run would delete by the rules in force; it can be run now by whoever types that they mean it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { goes, PreviewTable } from "@/settings/PreviewTable";
import { policyQuery, previewQuery, retentionKeys } from "@/settings/queries";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

export function NextRun({ manages, onRun }: { manages: boolean; onRun: () => void }) {
  const query = useQuery(previewQuery);
  const policy = useQuery(policyQuery).data;
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const say = useToast();
  const run = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/retention/runs")),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: retentionKeys.all });
      say({ text: t("retention.started") });
      onRun();
    },
  });
  if (!query.data && query.error) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data)
    return (
      <>
        <Loading />
        <Skeleton className="h-64 w-full rounded-lg" />
      </>
    );
  const due = goes(query.data);
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 basis-72 text-ink-2">
          {t("retention.as-of")} <When at={query.data.as_of} show="clock" />.{" "}
          {policy && t("retention.by-itself", { hour: String(policy.hour).padStart(2, "0") })}
        </p>
        <Button disabled={query.isFetching} onClick={() => query.refetch()}>
          {t("retention.look-again")}
        </Button>
        {manages && (
          <Button look="ink" onClick={() => setAsked(true)}>
            {t("retention.run")}
          </Button>
        )}
      </div>
      <PreviewTable preview={query.data} />
      {asked && (
        <Confirm
          title={t("retention.run-title")}
          lead={t("retention.run-lead", { count: number(due) })}
          act={t("retention.run-act")}
          word={t("retention.run-word")}
          busy={run.isPending}
          error={run.error}
          onDo={() => run.mutate()}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
