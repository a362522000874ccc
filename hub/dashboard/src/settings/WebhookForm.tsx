/** Where a webhook's messages go and which they are. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { type NewWebhook, type Webhook, webhookEventsQuery, webhookKeys } from "@/settings/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

type Entered = { url: string; description: string; event_types: Webhook["event_types"] };
type Props = { webhook?: Webhook; onClose: () => void; onSaved: (made: NewWebhook | Webhook) => void };
/** Sent when asked for, whatever it wants to hear of. */
const TEST = "webhook.test";

function Events({ chosen, onChange }: { chosen: readonly string[]; onChange: (types: string[]) => void }) {
  const events = (useQuery(webhookEventsQuery).data?.items ?? []).filter(({ type }) => type !== TEST);
  const all = chosen.length === 0;
  const toggle = (type: string) =>
    onChange(chosen.includes(type) ? chosen.filter((each) => each !== type) : [...chosen, type]);
  return (
    <fieldset>
      <legend className="font-medium">{t("webhooks.events")}</legend>
      <label className="mt-1 flex min-h-7 cursor-pointer items-center gap-2">
        <input type="radio" className="size-4 accent-accent" checked={all} onChange={() => onChange([])} />
        {t("webhooks.all-events")}
      </label>
      <label className="flex min-h-7 cursor-pointer items-center gap-2">
        <input
          type="radio"
          className="size-4 accent-accent"
          checked={!all}
          onChange={() => onChange(events.map(({ type }) => type))}
        />
        {t("webhooks.these-events")}
      </label>
      {!all && (
        <div className="ml-6 flex flex-col">
          {events.map(({ type, description }) => (
            <label key={type} className="flex min-h-7 cursor-pointer items-start gap-2 py-1">
              <input
                type="checkbox"
                className="mt-0.5 size-4 shrink-0 accent-accent"
                checked={chosen.includes(type)}
                onChange={() => toggle(type)}
              />
              <span>
                <code className="font-mono text-xs">{type}</code>
                <span className="block text-ink-3 text-xs" lang="en">
                  {description}
                </span>
              </span>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}

export function WebhookForm({ webhook, onClose, onSaved }: Props) {
  const client = useQueryClient();
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [types, setTypes] = useState<string[]>([...(webhook?.event_types ?? [])]);
  const [told, setTold] = useState(false);
  const save = useMutation({
    mutationFn: ({ event_types, ...entered }: Entered): Promise<NewWebhook | Webhook> => {
      // The names come from the hub's own list of events.
      const body = { ...entered, event_types: event_types as never[] };
      return webhook
        ? ask(
            api.PATCH("/api/v1/webhooks/{webhook_id}", {
              params: { path: { webhook_id: webhook.webhook_id } },
              body: { ...body, enabled: null },
            }),
          )
        : ask(api.POST("/api/v1/webhooks", { body }));
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: webhookKeys.all });
      onSaved(made);
    },
  });
  const fine = /^https?:\/\/\S+$/.test(url.trim());
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (fine) save.mutate({ url: url.trim(), description: description.trim(), event_types: types });
  };
  return (
    <Modal open wide title={t(webhook ? "webhooks.edit" : "webhooks.add")} onOpenChange={(open) => !open && onClose()}>
      <form onSubmit={send} noValidate className="flex flex-col gap-4">
        <Field
          label={t("webhooks.url")}
          hint={t("webhooks.url-hint")}
          error={told && !fine ? t("webhooks.bad-url") : undefined}
        >
          {(field) => (
            <input
              {...field}
              type="url"
              maxLength={500}
              placeholder="https://example.org/invigil"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("webhooks.description")}>
          {(field) => (
            <input
              {...field}
              maxLength={200}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <Events chosen={types} onChange={setTypes} />
        {save.error && (
          <p role="alert" className="text-high">
            {describe(save.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("candidate.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={save.isPending}>
            {t("candidate.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
