/** Words kept ready for candidates, in the order in which proctors are offered them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, MessageSquare, PencilLine, Plus, Trash2, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { useMay } from "@/api/may";
import { cannedQuery, examSessionKeys } from "@/exam-sessions/queries";
import { languageName, MessageForm } from "@/settings/MessageForm";
import type { Canned } from "@/settings/queries";
import { locale, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { describe, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

const shown = ({ texts }: Canned) => texts[locale] ?? texts.en ?? "";

/** One place up or down; only what stands elsewhere now is told to the hub. */
export function reordered(all: readonly Canned[], from: number, to: number): { canned_id: string; position: number }[] {
  const order = [...all];
  const [moved] = order.splice(from, 1);
  if (moved) order.splice(to, 0, moved);
  return order.flatMap(({ canned_id, position }, at) => (position === at + 1 ? [] : [{ canned_id, position: at + 1 }]));
}

function useMessages() {
  const client = useQueryClient();
  const renew = () => client.invalidateQueries({ queryKey: examSessionKeys.canned });
  const one = (canned_id: string) => ({ params: { path: { canned_id } } });
  const order = useMutation({
    mutationFn: async (changes: { canned_id: string; position: number }[]) => {
      for (const { canned_id, position } of changes)
        await ask(api.PATCH("/api/v1/canned-messages/{canned_id}", { ...one(canned_id), body: { position } }));
    },
    onSettled: renew,
  });
  const remove = useMutation({
    mutationFn: ({ canned_id }: Canned) => ask(api.DELETE("/api/v1/canned-messages/{canned_id}", one(canned_id))),
    onSettled: renew,
  });
  const restore = useMutation({
    mutationFn: ({ kind, texts }: Canned) => ask(api.POST("/api/v1/canned-messages", { body: { kind, texts } })),
    onSettled: renew,
  });
  return { order, remove, restore };
}

type RowProps = {
  message: Canned;
  at: number;
  last: number;
  manages: boolean;
  onEdit: () => void;
  onMove: (to: number) => void;
  onRemove: () => void;
};

function Row({ message, at, last, manages, onEdit, onMove, onRemove }: RowProps) {
  const Icon = message.kind === "warning" ? TriangleAlert : MessageSquare;
  const text = shown(message);
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <span className={`mt-0.5 shrink-0 ${message.kind === "warning" ? "text-medium" : "text-ink-3"}`}>
        <Icon size={16} aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="break-words font-medium">{text}</p>
        <p className="text-ink-3 text-xs">
          {t(message.kind === "warning" ? "said.warning" : "said.message")} ·{" "}
          {Object.keys(message.texts).sort().map(languageName).join(", ")}
        </p>
      </div>
      {manages && (
        <span className="flex shrink-0">
          <Button
            look="bare"
            size="icon"
            disabled={at === 0}
            aria-label={t("messages.up", { text })}
            onClick={() => onMove(at - 1)}
          >
            <ArrowUp size={15} />
          </Button>
          <Button
            look="bare"
            size="icon"
            disabled={at === last}
            aria-label={t("messages.down", { text })}
            onClick={() => onMove(at + 1)}
          >
            <ArrowDown size={15} />
          </Button>
          <Button look="bare" size="icon" aria-label={t("messages.edit-one", { text })} onClick={onEdit}>
            <PencilLine size={15} />
          </Button>
          <Button look="bare" size="icon" aria-label={t("messages.remove-one", { text })} onClick={onRemove}>
            <Trash2 size={15} />
          </Button>
        </span>
      )}
    </li>
  );
}

export function MessagesPage() {
  const query = useQuery(cannedQuery);
  const manages = useMay("exams.manage");
  const { order, remove, restore } = useMessages();
  const [form, setForm] = useState<Canned | "new" | null>(null);
  const [sought, setSought] = useState("");
  const say = useToast();
  const all = query.data?.items;
  const found = all?.filter(({ texts }) =>
    Object.values(texts).some((text) => text.toLowerCase().includes(sought.toLowerCase())),
  );
  const add = (
    <Button look="ink" onClick={() => setForm("new")}>
      <Plus size={15} aria-hidden="true" />
      {t("messages.add")}
    </Button>
  );
  const take = (message: Canned) =>
    remove.mutate(message, {
      onSuccess: () => say({ text: t("messages.removed"), undo: () => restore.mutate(message) }),
      onError: (error) => say({ text: describe(error), fault: true }),
    });
  return (
    <Page
      title={t("messages.title")}
      narrow
      aside={manages && all?.length ? <span className="ml-auto">{add}</span> : undefined}
    >
      <p className="max-w-prose text-ink-2">{t("messages.lead")}</p>
      {all && all.length > 8 && (
        <SearchField label={t("messages.search")} hint={t("messages.search")} value={sought} onChange={setSought} />
      )}
      {!all && query.error ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : !all || !found ? (
        <>
          <Loading />
          <Skeleton className="h-64 w-full rounded-lg" />
        </>
      ) : all.length === 0 ? (
        <div className="panel">
          <Notice title={t("messages.empty")} detail={t("messages.empty-detail")}>
            {manages && add}
          </Notice>
        </div>
      ) : found.length === 0 ? (
        <div className="panel">
          <Notice title={t("messages.filtered")} />
        </div>
      ) : (
        <ol className="panel divide-y divide-line" aria-label={t("messages.title")}>
          {found.map((message) => {
            const at = all.indexOf(message);
            return (
              <Row
                key={message.canned_id}
                message={message}
                at={at}
                last={all.length - 1}
                manages={manages}
                onEdit={() => setForm(message)}
                onMove={(to) => order.mutate(reordered(all, at, to))}
                onRemove={() => take(message)}
              />
            );
          })}
        </ol>
      )}
      {form && (
        <MessageForm
          {...(form === "new" ? {} : { message: form })}
          onClose={() => setForm(null)}
          onSaved={() => {
            say({ text: t("messages.saved") });
            setForm(null);
          }}
        />
      )}
    </Page>
  );
}
