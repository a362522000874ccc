/** Releases that this hub holds: taken from a file when they are signed, rolled out, deleted. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LoaderCircle, Upload } from "lucide-react";
import { useId, useState } from "react";
import { api, ask } from "@/api/client";
import { count, t } from "@/text/text";
import { bytes } from "@/time/format";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { describe, Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";
import { forgetUpdates, type Release, releasesQuery, sendRelease } from "@/updates/queries";
import { RolloutDialog } from "@/updates/RolloutDialog";

/** The field is everybody's; its label looks like a button. */
function AddRelease({ main = false }: { main?: boolean }) {
  const client = useQueryClient();
  const say = useToast();
  const id = useId();
  const send = useMutation({
    mutationFn: sendRelease,
    onSuccess: ({ version }) => say({ text: t("release.added", { version }) }),
    onSettled: () => forgetUpdates(client),
  });
  return (
    <span className="flex flex-col items-end gap-1">
      <label
        htmlFor={id}
        className={`inline-flex h-9 cursor-pointer items-center gap-2 rounded-md border px-3 focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2 ${main ? "border-transparent bg-ink font-medium text-ground hover:opacity-90" : "border-line-strong bg-surface hover:bg-hover"} ${send.isPending ? "pointer-events-none opacity-60" : ""}`}
      >
        {send.isPending ? (
          <LoaderCircle size={15} aria-hidden="true" className="animate-spin" />
        ) : (
          <Upload size={15} aria-hidden="true" />
        )}
        {send.isPending ? t("release.adding", { size: bytes(send.variables.size) }) : t("release.add")}
        <input
          id={id}
          type="file"
          disabled={send.isPending}
          className="sr-only"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = "";
            if (file) send.mutate(file);
          }}
        />
      </label>
      {send.isError && (
        <span role="alert" className="max-w-md text-right text-high text-xs">
          {describe(send.error)}
        </span>
      )}
    </span>
  );
}

function columns(onRoll: (release: Release) => void, onDelete: (release: Release) => void): Column<Release>[] {
  return [
    {
      name: t("release.version"),
      heads: true,
      show: ({ version, notes }) => (
        <>
          <span className="font-medium">{version}</span>
          {notes && <span className="block max-w-md whitespace-pre-line text-ink-2 text-xs">{notes}</span>}
        </>
      ),
    },
    {
      name: t("release.for"),
      show: ({ targets, minimum_from }) => (
        <>
          {targets.map(({ machine, python }) => `${machine}, Python ${python}`).join("; ")}
          {minimum_from && (
            <span className="block text-ink-3 text-xs">{t("release.over", { version: minimum_from })}</span>
          )}
        </>
      ),
    },
    {
      name: t("release.signed"),
      show: ({ signed_by, sha256 }) => (
        <>
          {signed_by.join(", ")}
          <code className="block font-mono text-ink-3 text-xs" title={sha256}>
            {sha256.slice(0, 12)}
          </code>
        </>
      ),
    },
    { name: t("release.size"), show: ({ size_bytes }) => bytes(size_bytes) },
    {
      name: t("release.came"),
      show: ({ uploaded_at, uploaded_by }) => (
        <>
          <When at={uploaded_at} show="age" />
          <span className="block text-ink-3 text-xs">{uploaded_by}</span>
        </>
      ),
    },
    { name: t("release.runs"), show: ({ devices }) => count("release.devices", devices) },
    {
      name: t("release.acts"),
      bare: true,
      show: (release) => (
        <span className="flex justify-end gap-2">
          <Button size="sm" aria-label={`${t("release.roll")}: ${release.version}`} onClick={() => onRoll(release)}>
            {t("release.roll")}…
          </Button>
          <Button
            size="sm"
            look="bare"
            aria-label={`${t("release.delete")}: ${release.version}`}
            onClick={() => onDelete(release)}
          >
            {t("release.delete")}…
          </Button>
        </span>
      ),
    },
  ];
}

export function Releases() {
  const query = useQuery(releasesQuery);
  const client = useQueryClient();
  const [rolling, setRolling] = useState<Release | null>(null);
  const [deleting, setDeleting] = useState<Release | null>(null);
  const remove = useMutation({
    mutationFn: (version: string) => ask(api.DELETE("/api/v1/releases/{version}", { params: { path: { version } } })),
    onSuccess: () => setDeleting(null),
    onSettled: () => forgetUpdates(client),
  });
  const some = (query.data?.items.length ?? 0) > 0;
  return (
    <section aria-labelledby="releases" className="flex flex-col gap-3">
      <div className="flex items-start justify-between gap-4">
        <h2 id="releases" className="pt-1.5 font-semibold text-base">
          {t("release.title")}
        </h2>
        {some && <AddRelease />}
      </div>
      <Table
        label={t("release.title")}
        columns={columns(setRolling, (release) => {
          remove.reset();
          setDeleting(release);
        })}
        items={query.data?.items}
        rowKey={({ version }) => version}
        error={query.error}
        onRetry={() => query.refetch()}
        empty={
          <Notice title={t("release.empty")} detail={t("release.empty-detail")}>
            <AddRelease main />
          </Notice>
        }
      />
      {rolling && <RolloutDialog release={rolling} onClose={() => setRolling(null)} />}
      {deleting && (
        <Confirm
          title={t("release.delete-of", { version: deleting.version })}
          lead={t("release.delete-lead")}
          act={t("release.delete")}
          busy={remove.isPending}
          error={remove.error}
          onDo={() => remove.mutate(deleting.version)}
          onClose={() => setDeleting(null)}
        />
      )}
    </section>
  );
}
