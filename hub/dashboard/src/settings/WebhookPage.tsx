/** One webhook: what it is told, how it goes, and what became of each message. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError, api, ask } from "@/api/client";
import { Deliveries } from "@/settings/Deliveries";
import { type Webhook, webhookKeys, webhookQuery } from "@/settings/queries";
import { Secret } from "@/settings/Secret";
import { WebhookForm } from "@/settings/WebhookForm";
import { WebhookState } from "@/settings/WebhookState";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Fact, Facts, Section } from "@/ui/Facts";
import { describe, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

function useWebhook(id: string) {
  const client = useQueryClient();
  const say = useToast();
  const params = { path: { webhook_id: id } };
  const common = {
    onError: (error: unknown) => say({ text: describe(error), fault: true }),
    onSettled: () => client.invalidateQueries({ queryKey: webhookKeys.all }),
  };
  const test = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/webhooks/{webhook_id}/test", { params })),
    ...common,
    onSuccess: () => say({ text: t("webhooks.test-sent") }),
  });
  const enable = useMutation({
    mutationFn: (enabled: boolean) =>
      ask(
        api.PATCH("/api/v1/webhooks/{webhook_id}", {
          params,
          body: { url: null, description: null, event_types: null, enabled },
        }),
      ),
    ...common,
  });
  const renew = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/webhooks/{webhook_id}/secret", { params })),
    onSettled: common.onSettled,
  });
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/webhooks/{webhook_id}", { params })),
    onSuccess: () => client.invalidateQueries({ queryKey: [...webhookKeys.all, "list"] }),
  });
  return { test, enable, renew, remove };
}

function WhatItIs({ webhook }: { webhook: Webhook }) {
  return (
    <Section title={t("webhooks.receiver")}>
      <Facts>
        <Fact name={t("webhooks.url")}>
          <code className="break-all font-mono text-xs">{webhook.url}</code>
        </Fact>
        <Fact name={t("webhooks.events")}>
          {webhook.event_types.length === 0
            ? t("webhooks.all-events")
            : webhook.event_types.map((type) => (
                <code key={type} className="block font-mono text-xs">
                  {type}
                </code>
              ))}
        </Fact>
        <Fact name={t("exam-sessions.state")}>
          <WebhookState webhook={webhook} />
          {webhook.disabled_reason && <span className="block text-ink-2 text-xs">{webhook.disabled_reason}</span>}
        </Fact>
        {webhook.failing_since && (
          <Fact name={t("webhooks.failing")}>
            <When at={webhook.failing_since} />
          </Fact>
        )}
        <Fact name={t("webhooks.waiting")}>{number(webhook.waiting)}</Fact>
        <Fact name={t("candidates.added")}>
          <When at={webhook.created_at} />
        </Fact>
      </Facts>
    </Section>
  );
}

export function WebhookPage() {
  const { webhookId } = useParams({ from: "/shell/settings/webhooks/$webhookId" });
  const navigate = useNavigate();
  const say = useToast();
  const query = useQuery(webhookQuery(webhookId));
  const { test, enable, renew, remove } = useWebhook(webhookId);
  const [doing, setDoing] = useState<"edit" | "renew" | "remove" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const webhook = query.data;
  const back = (
    <Link to="/settings/webhooks" className="text-ink-2 underline underline-offset-2 hover:text-ink">
      {t("webhooks.back")}
    </Link>
  );
  if (!webhook) {
    const gone = query.error instanceof ApiError && [404, 422].includes(query.error.status);
    return (
      <Page title={t("webhooks.title")}>
        {gone ? (
          <Notice title={t("webhooks.missing")}>{back}</Notice>
        ) : query.isError ? (
          <Failure error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <>
            <Loading />
            <Skeleton className="h-64 w-full rounded-lg" />
          </>
        )}
      </Page>
    );
  }
  const end = () => setDoing(null);
  return (
    <Page
      title={webhook.description || new URL(webhook.url).host}
      aside={
        <>
          {back}
          <div className="ml-auto flex flex-wrap gap-2">
            <Button disabled={!webhook.enabled || test.isPending} onClick={() => test.mutate()}>
              {t("webhooks.test")}
            </Button>
            <Button disabled={enable.isPending} onClick={() => enable.mutate(!webhook.enabled)}>
              {t(webhook.enabled ? "webhooks.disable" : "webhooks.enable")}
            </Button>
            <Button onClick={() => setDoing("renew")}>{t("webhooks.renew")}</Button>
            <Button onClick={() => setDoing("edit")}>{t("candidates.edit")}</Button>
            <Button onClick={() => setDoing("remove")}>{t("candidates.delete")}</Button>
          </div>
        </>
      }
    >
      <div className="max-w-2xl">
        <WhatItIs webhook={webhook} />
      </div>
      <Deliveries id={webhookId} enabled={webhook.enabled} />
      {doing === "edit" && <WebhookForm webhook={webhook} onClose={end} onSaved={end} />}
      {doing === "renew" && (
        <Confirm
          title={t("webhooks.renew")}
          lead={t("webhooks.renew-lead")}
          act={t("webhooks.renew")}
          busy={renew.isPending}
          error={renew.error}
          onDo={() =>
            renew.mutate(undefined, {
              onSuccess: (made) => {
                end();
                setSecret(made.secret);
              },
            })
          }
          onClose={end}
        />
      )}
      {doing === "remove" && (
        <Confirm
          title={t("webhooks.remove-title")}
          lead={t("webhooks.remove-lead")}
          act={t("candidates.delete")}
          busy={remove.isPending}
          error={remove.error}
          onDo={() =>
            remove.mutate(undefined, {
              onSuccess: () => {
                say({ text: t("webhooks.removed") });
                void navigate({ to: "/settings/webhooks" });
              },
            })
          }
          onClose={end}
        />
      )}
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}
