/** What became of each message to one receiver; what did not arrive is sent again at once. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CircleX, Clock } from "lucide-react";
import { api, ask } from "@/api/client";
import { type Delivery, deliveriesQuery, webhookKeys } from "@/settings/queries";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { describe, Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";

const LOOKS = {
  delivered: [Check, "text-accent"],
  waiting: [Clock, "text-medium"],
  failed: [CircleX, "text-high"],
} as const;

function State({ delivery }: { delivery: Delivery }) {
  const [Icon, ink] = LOOKS[delivery.state];
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${ink}`}>
      <Icon size={14} aria-hidden="true" />
      {t(`webhooks.delivery-${delivery.state}`)}
      {delivery.status !== null && <span className="tabular text-ink-2">{delivery.status}</span>}
    </span>
  );
}

export function Deliveries({ id, enabled }: { id: string; enabled: boolean }) {
  const query = useInfiniteQuery(deliveriesQuery(id));
  const client = useQueryClient();
  const say = useToast();
  const retry = useMutation({
    mutationFn: ({ message_id }: Delivery) =>
      ask(
        api.POST("/api/v1/webhooks/{webhook_id}/deliveries/{message_id}/retry", {
          params: { path: { webhook_id: id, message_id } },
        }),
      ),
    onSuccess: () => say({ text: t("webhooks.retried") }),
    onError: (error) => say({ text: describe(error), fault: true }),
    onSettled: () => client.invalidateQueries({ queryKey: webhookKeys.one(id) }),
  });
  const columns: Column<Delivery>[] = [
    {
      name: t("webhooks.event"),
      heads: true,
      show: ({ type, message_id }) => (
        <code className="font-mono text-xs" title={message_id}>
          {type}
        </code>
      ),
    },
    {
      name: t("exam-sessions.state"),
      show: (delivery) => (
        <>
          <State delivery={delivery} />
          {delivery.problem && <span className="block max-w-96 text-ink-2 text-xs">{delivery.problem}</span>}
        </>
      ),
    },
    { name: t("webhooks.attempts"), show: ({ attempts }) => number(attempts) },
    { name: t("webhooks.made"), show: ({ created_at }) => <When at={created_at} show="clock" /> },
    {
      name: t("webhooks.next"),
      show: ({ next_attempt_at }) =>
        next_attempt_at ? <When at={next_attempt_at} show="clock" /> : t("booth.unknown"),
    },
    {
      name: t("candidates.acts"),
      bare: true,
      className: "text-right py-1.5!",
      show: (delivery) =>
        delivery.state === "delivered" ? null : (
          <Button
            size="sm"
            disabled={!enabled || retry.isPending}
            title={enabled ? undefined : t("webhooks.retry-off")}
            onClick={() => retry.mutate(delivery)}
          >
            {t("webhooks.retry")}
          </Button>
        ),
    },
  ];
  return (
    <section className="flex flex-col gap-3">
      <h2 className="font-semibold">{t("webhooks.deliveries")}</h2>
      <Table
        label={t("webhooks.deliveries")}
        columns={columns}
        items={query.data?.pages.flatMap((page) => page.items)}
        rowKey={({ message_id }) => message_id}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={<Notice title={t("webhooks.no-deliveries")} detail={t("webhooks.no-deliveries-detail")} />}
        more={
          query.hasNextPage ? { busy: query.isFetchingNextPage, load: () => void query.fetchNextPage() } : undefined
        }
      />
    </section>
  );
}
