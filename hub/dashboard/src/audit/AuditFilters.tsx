/** What the log is narrowed to: words, who, what was done, to which thing, and when. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useId } from "react";
import { meQuery } from "@/api/queries";
import { ACTIONS, THINGS } from "@/audit/known";
import type { AuditSearch } from "@/audit/search";
import { short } from "@/audit/Thing";
import { usersQuery } from "@/people/queries";
import { type Changes, changed } from "@/people/search";
import { named, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { INPUT } from "@/ui/Field";
import { SearchField } from "@/ui/SearchField";

type Props = { search: AuditSearch; onChange: (next: AuditSearch) => void };

function Day({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-1.5">
      <label htmlFor={id} className="text-ink-2">
        {label}
      </label>
      <input
        id={id}
        type="date"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${INPUT} tabular h-8 w-36`}
      />
    </span>
  );
}

/** Whoever may see people chooses among them; others type a name. */
function Who({ value, onChange }: { value: string | undefined; onChange: (value: string | undefined) => void }) {
  const may = useQuery(meQuery).data?.permissions.includes("people.manage") ?? false;
  const users = useQuery({ ...usersQuery, enabled: may }).data?.items;
  if (users) {
    return (
      <Choose
        label={t("audit.who")}
        any={t("audit.anybody")}
        value={value}
        choices={users.map((user) => ({ value: user.username, label: user.display_name }))}
        onChange={onChange}
      />
    );
  }
  return (
    <SearchField
      key={`who ${value === undefined}`}
      label={t("audit.who")}
      hint={t("sign-in.username")}
      value={value ?? ""}
      onChange={(user) => onChange(user || undefined)}
    />
  );
}

export function AuditFilters({ search, onChange }: Props) {
  const change = (next: Changes<AuditSearch>) => onChange(changed(search, next));
  const actions = ACTIONS.filter((action) => search.kind === undefined || action.kind === search.kind);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField
        key={`words ${search.q === undefined}`}
        label={t("audit.search")}
        hint={t("audit.search-hint")}
        value={search.q ?? ""}
        onChange={(q) => change({ q })}
      />
      <Who value={search.user} onChange={(user) => change({ user })} />
      <Choose
        label={t("audit.thing")}
        any={t("audit.any-thing")}
        value={search.kind}
        choices={THINGS.map((value) => ({ value, label: named("thing", value) }))}
        onChange={(kind) => change({ kind, id: undefined, action: undefined })}
      />
      <Choose
        label={t("audit.what")}
        any={t("audit.anything")}
        value={search.action}
        choices={actions.map(({ name }) => ({ value: name, label: named("audit.act", name) }))}
        onChange={(action) => change({ action })}
      />
      {search.id !== undefined && (
        <Button className="h-8" onClick={() => change({ id: undefined })} aria-label={t("audit.any-one")}>
          {short(search.id)}
          <X size={13} aria-hidden="true" className="text-ink-3" />
        </Button>
      )}
      <Day label={t("audit.since")} value={search.from ?? ""} onChange={(from) => change({ from })} />
      <Day label={t("audit.until")} value={search.to ?? ""} onChange={(to) => change({ to })} />
      {Object.keys(search).length > 0 && (
        <Button look="bare" className="h-8" onClick={() => onChange({})}>
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}
