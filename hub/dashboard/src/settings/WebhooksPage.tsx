/** Programs that are told of what happens: where, of what, and how it goes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { type Webhook, webhooksQuery } from "@/settings/queries";
import { Secret } from "@/settings/Secret";
import { WebhookForm } from "@/settings/WebhookForm";
import { WebhookState } from "@/settings/WebhookState";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";

const COLUMNS: Column<Webhook>[] = [
  {
    name: t("webhooks.receiver"),
    heads: true,
    className: "max-w-md",
    show: ({ webhook_id, description, url }) => (
      <>
        <Link
          to="/settings/webhooks/$webhookId"
          params={{ webhookId: webhook_id }}
          className="font-medium underline-offset-2 hover:underline"
        >
          {description || new URL(url).host}
        </Link>
        <span className="block truncate font-mono text-2xs text-ink-3" title={url}>
          {url}
        </span>
      </>
    ),
  },
  {
    name: t("webhooks.events"),
    show: ({ event_types }) =>
      event_types.length === 0 ? (
        t("webhooks.all")
      ) : (
        <span className="font-mono text-2xs leading-relaxed">
          {event_types.map((type) => (
            <span key={type} className="block">
              {type}
            </span>
          ))}
        </span>
      ),
  },
  { name: t("exam-sessions.state"), show: (webhook) => <WebhookState webhook={webhook} /> },
  { name: t("webhooks.waiting"), show: ({ waiting }) => number(waiting) },
  { name: t("candidates.added"), show: ({ created_at }) => <When at={created_at} show="age" /> },
];

export function WebhooksPage() {
  const query = useQuery(webhooksQuery);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const add = (
    <Button look="ink" onClick={() => setAdding(true)}>
      <Plus size={15} aria-hidden="true" />
      {t("webhooks.add")}
    </Button>
  );
  return (
    <Page
      title={t("webhooks.title")}
      aside={query.data?.items.length ? <span className="ml-auto">{add}</span> : undefined}
    >
      <p className="max-w-prose text-ink-2">{t("webhooks.lead")}</p>
      <Table
        label={t("webhooks.title")}
        columns={COLUMNS}
        items={query.data?.items}
        rowKey={({ webhook_id }) => webhook_id}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={
          <Notice title={t("webhooks.empty")} detail={t("webhooks.empty-detail")}>
            {add}
          </Notice>
        }
      />
      {adding && (
        <WebhookForm
          onClose={() => setAdding(false)}
          onSaved={(made) => {
            setAdding(false);
            if ("secret" in made) setSecret(made.secret);
          }}
        />
      )}
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}
