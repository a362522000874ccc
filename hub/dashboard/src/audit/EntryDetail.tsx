/** All that an entry says: what was and what is, from where, and the hashes that tie it to its neighbours. */
import { lines } from "@/audit/changes";
import type { AuditEntry } from "@/audit/queries";
import type { AuditSearch } from "@/audit/search";
import { named, t } from "@/text/text";
import { utc } from "@/time/format";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";

function Changes({ entry }: { entry: AuditEntry }) {
  const all = lines(entry.detail);
  const changed = all.filter((line) => line.value === undefined);
  const plain = all.filter((line) => line.value !== undefined);
  if (all.length === 0) return <p className="text-ink-2">{t("audit.no-detail")}</p>;
  return (
    <div className="flex flex-col gap-3">
      {changed.length > 0 && (
        <table aria-label={t("audit.changes")} className="w-full max-w-3xl table-fixed">
          <thead>
            <tr className="text-left text-ink-3 text-xs">
              <th scope="col" className="w-1/4 pb-1 font-medium">
                <span className="sr-only">{t("audit.field")}</span>
              </th>
              <th scope="col" className="pb-1 font-medium">
                {t("audit.before")}
              </th>
              <th scope="col" className="pb-1 font-medium">
                {t("audit.after")}
              </th>
            </tr>
          </thead>
          <tbody>
            {changed.map((line) => (
              <tr key={line.name} className="align-top">
                <th scope="row" className="py-0.5 pr-3 text-left font-normal text-ink-2">
                  {line.name ? named("field", line.name) : t("audit.value")}
                </th>
                <td className="py-0.5 pr-3 text-ink-2 line-through decoration-ink-3 [overflow-wrap:anywhere]">
                  {line.before}
                </td>
                <td className="py-0.5 font-medium [overflow-wrap:anywhere]">{line.after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {plain.length > 0 && (
        <dl className="grid max-w-3xl grid-cols-[minmax(0,1fr)_minmax(0,3fr)] gap-x-3 gap-y-1">
          {plain.map((line) => (
            <div key={line.name} className="contents">
              <dt className="text-ink-2">{named("field", line.name)}</dt>
              <dd className="whitespace-pre-line [overflow-wrap:anywhere]">{line.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

type Props = { entry: AuditEntry; onFilter: (search: AuditSearch) => void };

export function EntryDetail({ entry, onFilter }: Props) {
  return (
    <div className="flex flex-col gap-4 bg-sunken px-4 py-4">
      <Changes entry={entry} />
      <div className="flex flex-wrap gap-2">
        {entry.username && (
          <Button size="sm" onClick={() => onFilter({ user: entry.username ?? "" })}>
            {t("audit.only-user", { name: entry.username })}
          </Button>
        )}
        <Button size="sm" onClick={() => onFilter({ kind: entry.object_kind, id: entry.object_id })}>
          {t("audit.only-thing")}
        </Button>
        <Button size="sm" onClick={() => onFilter({ action: entry.action })}>
          {t("audit.only-action")}
        </Button>
      </div>
      <dl className="grid max-w-3xl grid-cols-[minmax(0,1fr)_minmax(0,3fr)] items-center gap-x-3 gap-y-1 text-xs">
        <dt className="text-ink-3">{t("audit.entry")}</dt>
        <dd className="tabular">
          {entry.number} · {utc(Date.parse(entry.at))} · <code className="font-mono">{entry.action}</code>
        </dd>
        <dt className="text-ink-3">{t("audit.thing")}</dt>
        <dd>
          <code className="font-mono [overflow-wrap:anywhere]">
            {entry.object_kind} {entry.object_id}
          </code>
        </dd>
        <dt className="text-ink-3">{t("audit.prev")}</dt>
        <dd className="min-w-0">
          <CopyCode text={entry.prev_sha256} shown={`${entry.prev_sha256.slice(0, 24)}…`} />
        </dd>
        <dt className="text-ink-3">{t("audit.hash")}</dt>
        <dd className="min-w-0">
          <CopyCode text={entry.entry_sha256} shown={`${entry.entry_sha256.slice(0, 24)}…`} />
        </dd>
      </dl>
    </div>
  );
}
