/** Every rule profile: the built-in ones, and those made here. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Copy } from "lucide-react";
import { useMemo, useState } from "react";
import { meQuery } from "@/api/queries";
import { ChangeList } from "@/profiles/ChangeList";
import { CopyDialog } from "@/profiles/CopyDialog";
import { differences } from "@/profiles/differences";
import { profilesQuery } from "@/profiles/queries";
import type { Profile } from "@/profiles/rules";
import type { ProfilesSearch } from "@/profiles/search";
import { useArchive, usesText } from "@/profiles/useArchive";
import { count, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { type Column, Table } from "@/ui/Table";

const BY: Record<string, (profile: Profile) => string | number> = {
  name: (profile) => profile.name.toLowerCase(),
  base: (profile) => profile.based_on,
  version: (profile) => profile.version,
  used: (profile) => profile.exams + profile.booths,
};

/** Without an order as the hub says: the built-in ones first. */
export function ordered(items: Profile[], { q = "", by }: ProfilesSearch): Profile[] {
  const words = q.toLowerCase();
  const found = items.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(words));
  const value = by === undefined ? undefined : BY[by.replace(/^-/, "")];
  if (!value) return found;
  const sign = by?.startsWith("-") ? -1 : 1;
  return [...found].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    return sign * (one < other ? -1 : one > other ? 1 : 0);
  });
}

function Differs({ profile, bases }: { profile: Profile; bases: Map<string, Profile> }) {
  const base = bases.get(profile.based_on);
  if (profile.built_in || !base) return <span className="text-ink-3">{t("booth.unknown")}</span>;
  const found = differences(base.rules, profile.rules);
  if (found.length === 0) return <span className="text-ink-3">{t("profiles.no-changes")}</span>;
  return (
    <details>
      <summary className="min-h-6 cursor-pointer">{count("profiles.changes", found.length)}</summary>
      <div className="mt-1 text-xs">
        <ChangeList changes={found} />
      </div>
    </details>
  );
}

export function ProfilesPage() {
  const search = useSearch({ from: "/shell/profiles" });
  const navigate = useNavigate();
  const change = (next: ProfilesSearch) => navigate({ to: "/profiles", search: next, replace: true });
  const archived = search.archived ?? false;
  const query = useQuery(profilesQuery(archived));
  const current = useQuery(profilesQuery()).data?.items;
  const may = useQuery(meQuery).data?.permissions.includes("exams.manage") ?? false;
  const archive = useArchive();
  const [copied, setCopied] = useState<Profile | null>(null);
  const bases = useMemo(
    () => new Map((current ?? []).filter((each) => each.built_in).map((each) => [each.name, each])),
    [current],
  );
  const columns: Column<Profile>[] = [
    {
      name: t("profiles.name"),
      heads: true,
      sort: "name",
      show: (profile) => (
        <>
          <Link
            to="/profiles/$name"
            params={{ name: profile.name }}
            className="font-medium underline-offset-2 hover:underline"
          >
            {profile.name}
          </Link>
          {profile.description && <span className="block max-w-md text-ink-3 text-xs">{profile.description}</span>}
        </>
      ),
    },
    {
      name: t("profiles.base"),
      sort: "base",
      show: (profile) =>
        profile.built_in ? <span className="text-ink-3">{t("profiles.built-in")}</span> : profile.based_on,
    },
    { name: t("profiles.changes"), show: (profile) => <Differs profile={profile} bases={bases} /> },
    { name: t("profiles.version"), sort: "version", show: (profile) => profile.version },
    {
      name: t("profiles.used"),
      sort: "used",
      show: (profile) => usesText(profile) || <span className="text-ink-3">{t("profiles.unused")}</span>,
    },
    {
      name: t("profiles.made"),
      show: (profile) =>
        profile.created_at ? (
          <When at={profile.created_at} show="clock" />
        ) : (
          <span className="text-ink-3">{t("booth.unknown")}</span>
        ),
    },
  ];
  if (may) {
    columns.push({
      name: t("profiles.acts"),
      bare: true,
      className: "text-right whitespace-nowrap",
      show: (profile) => (
        <span className="-my-1 inline-flex gap-1">
          <Button size="sm" look="bare" onClick={() => setCopied(profile)}>
            <Copy size={13} aria-hidden="true" />
            {t("profiles.copy")}
          </Button>
          {!profile.built_in && (
            <Button size="sm" look="bare" onClick={() => archive(profile, !archived)}>
              {archived ? <ArchiveRestore size={13} aria-hidden="true" /> : <Archive size={13} aria-hidden="true" />}
              {t(archived ? "profiles.restore" : "profiles.archive")}
            </Button>
          )}
        </span>
      ),
    });
  }
  return (
    <Page title={t("profiles.title")} aside={<p className="text-ink-2">{t("profiles.lead")}</p>}>
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          label={t("profiles.title")}
          value={archived ? "archived" : "current"}
          choices={[
            { value: "current", label: t("profiles.current") },
            { value: "archived", label: t("profiles.archived") },
          ]}
          onChange={(next) => {
            const { archived: _, ...rest } = search;
            change(next === "archived" ? { ...rest, archived: true } : rest);
          }}
        />
        <SearchField
          key={search.q === undefined ? "none" : "some"}
          label={t("profiles.search")}
          hint={t("profiles.search-hint")}
          value={search.q ?? ""}
          onChange={(q) => {
            const { q: _, ...rest } = search;
            change(q ? { ...rest, q } : rest);
          }}
        />
      </div>
      <Table
        label={t("profiles.title")}
        columns={columns}
        items={query.data && ordered(query.data.items, search)}
        rowKey={(profile) => profile.name}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{ by: search.by ?? "", set: (by) => change({ ...search, by }) }}
        empty={
          search.q ? (
            <Notice title={t("profiles.none")}>
              <Button onClick={() => change(archived ? { archived: true } : {})}>{t("feed.filtered-action")}</Button>
            </Notice>
          ) : (
            <Notice title={t("profiles.none-archived")} detail={t("profiles.none-archived-detail")} />
          )
        }
      />
      {copied && <CopyDialog of={copied} onClose={() => setCopied(null)} />}
    </Page>
  );
}
