/** Exam sessions of which nothing may be deleted, why, and since when. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Lock, LockOpen } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { type Hold, holdsQuery, retentionKeys } from "@/settings/queries";
import type { RetentionSearch } from "@/settings/search";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Field } from "@/ui/Field";
import { Notice } from "@/ui/Notice";
import { Segments } from "@/ui/Segments";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";

function Release({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const say = useToast();
  const release = useMutation({
    mutationFn: () =>
      ask(
        api.DELETE("/api/v1/exam-sessions/{exam_session_id}/legal-hold", {
          params: { path: { exam_session_id: hold.exam_session_id }, query: { reason: reason.trim() } },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: retentionKeys.all });
      say({ text: t("holds.released") });
      onClose();
    },
  });
  return (
    <Confirm
      title={t("holds.release-title")}
      lead={t("holds.release-lead")}
      act={t("holds.release")}
      busy={release.isPending}
      error={release.error}
      blocked={!reason.trim()}
      onDo={() => release.mutate()}
      onClose={onClose}
    >
      <p className="rounded-md bg-sunken px-3 py-2">{hold.reason}</p>
      <Field label={t("act.reason")} hint={t("holds.reason-hint")}>
        {(field) => (
          <textarea
            {...field}
            rows={2}
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}

function columnsFor(manages: boolean, release: (hold: Hold) => void): Column<Hold>[] {
  return [
    {
      name: t("holds.of"),
      heads: true,
      show: ({ exam_session_id, reason }) => (
        <>
          <Link
            to="/exam-sessions/$examSessionId"
            params={{ examSessionId: exam_session_id }}
            className="font-medium underline-offset-2 hover:underline"
          >
            {reason}
          </Link>
          <span className="block font-mono text-2xs text-ink-3">{exam_session_id}</span>
        </>
      ),
    },
    {
      name: t("holds.placed"),
      show: ({ placed_by, placed_at }) => (
        <>
          {placed_by}
          <span className="block text-ink-3 text-xs">
            <When at={placed_at} show="clock" />
          </span>
        </>
      ),
    },
    {
      name: t("exam-sessions.state"),
      show: ({ released_at, released_by, release_reason }) =>
        released_at ? (
          <>
            <span className="inline-flex items-center gap-1.5 text-ink-3">
              <LockOpen size={14} aria-hidden="true" />
              {t("holds.over")}
            </span>
            <span className="block text-ink-3 text-xs">
              {released_by}, <When at={released_at} show="clock" />: {release_reason}
            </span>
          </>
        ) : (
          <span className="inline-flex items-center gap-1.5">
            <Lock size={14} aria-hidden="true" />
            {t("holds.in-force")}
          </span>
        ),
    },
    ...(manages
      ? [
          {
            name: t("candidates.acts"),
            bare: true,
            className: "text-right",
            show: (hold: Hold) =>
              hold.released_at ? null : (
                <Button size="sm" onClick={() => release(hold)}>
                  {t("holds.release")}
                </Button>
              ),
          },
        ]
      : []),
  ];
}

export function Holds({ search, manages }: { search: RetentionSearch; manages: boolean }) {
  const navigate = useNavigate();
  const [doing, setDoing] = useState<Hold | null>(null);
  const inForce = !search.all;
  const query = useQuery(holdsQuery(inForce));
  return (
    <>
      <div>
        <Segments
          label={t("exam-sessions.state")}
          value={inForce ? "in-force" : "all"}
          choices={[
            { value: "in-force", label: t("holds.in-force") },
            { value: "all", label: t("holds.all") },
          ]}
          onChange={(value) =>
            value &&
            void navigate({
              to: "/settings/retention",
              search: { tab: "holds", ...(value === "all" ? { all: true } : {}) },
              replace: true,
            })
          }
        />
      </div>
      <Table
        label={t("retention.tab-holds")}
        columns={columnsFor(manages, setDoing)}
        items={query.data?.items}
        rowKey={({ hold_id }) => hold_id}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={<Notice title={t("holds.none")} detail={t("holds.none-detail")} />}
      />
      {doing && <Release hold={doing} onClose={() => setDoing(null)} />}
    </>
  );
}
