/** One rule profile: its rules in a list, the chosen one with its explanation and its values, and every version. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Copy, Pencil } from "lucide-react";
import { useMemo, useState } from "react";
import { meQuery } from "@/api/queries";
import { CopyDialog } from "@/profiles/CopyDialog";
import { DescribeDialog } from "@/profiles/DescribeDialog";
import { differences, type Key, refusals } from "@/profiles/differences";
import { type Editing, useDraft } from "@/profiles/editing";
import { Followers } from "@/profiles/Followers";
import { profileQuery, profilesQuery } from "@/profiles/queries";
import { RuleCard } from "@/profiles/RuleCard";
import { RuleList } from "@/profiles/RuleList";
import type { Profile } from "@/profiles/rules";
import { SaveBar } from "@/profiles/SaveBar";
import { TrySection } from "@/profiles/trying/TrySection";
import { useArchive, usesText } from "@/profiles/useArchive";
import { Versions } from "@/profiles/Versions";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { LeaveGuard } from "@/ui/LeaveGuard";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

function Facts({ profile, differs }: { profile: Profile; differs: number }) {
  const uses = usesText(profile);
  return (
    <p className="tabular flex flex-wrap gap-x-2 text-ink-2">
      <span>{t("profile.version", { version: profile.version })}</span>
      {!profile.built_in && (
        <span>
          · {t("profiles.base")} {profile.based_on}
          {differs > 0 && `, ${count("profiles.changes", differs)}`}
        </span>
      )}
      {uses && (
        <span>
          · {t("profiles.used")}: {uses}
        </span>
      )}
    </p>
  );
}

function One({ profile, base }: { profile: Profile; base: Profile }) {
  const { rule = "no_face" } = useSearch({ from: "/shell/profiles/$name" });
  const may = useQuery(meQuery).data?.permissions.includes("exams.manage") ?? false;
  const draft = useDraft(profile);
  const [refused, setRefused] = useState<Map<Key, string>>(new Map());
  const [copying, setCopying] = useState(false);
  const [describing, setDescribing] = useState(false);
  const archive = useArchive();
  const toast = useToast();
  const archived = profile.archived_at !== null;
  const disabled = !may || profile.built_in || archived;
  const wrong = useMemo(() => new Map([...refused, ...draft.wrong]), [refused, draft.wrong]);
  const differs = useMemo(() => differences(base.rules, draft.rules), [base.rules, draft.rules]);
  const dirty = draft.changes.length > 0;
  const editing: Editing = {
    rules: draft.rules,
    base: base.rules,
    baseName: base.name,
    disabled,
    wrong,
    change: (rules) => {
      setRefused(new Map());
      draft.change(rules);
    },
    take: (key) => draft.take(key, base.rules),
  };
  const acts = may && (
    <span className="ml-auto flex gap-2">
      <Button onClick={() => setCopying(true)} look={profile.built_in ? "ink" : "quiet"}>
        <Copy size={14} aria-hidden="true" />
        {t("profiles.copy")}
      </Button>
      {!profile.built_in && (
        <Button onClick={() => archive(profile, !archived)}>
          {archived ? <ArchiveRestore size={14} aria-hidden="true" /> : <Archive size={14} aria-hidden="true" />}
          {t(archived ? "profiles.restore" : "profiles.archive")}
        </Button>
      )}
    </span>
  );
  return (
    <Page title={profile.name} aside={acts}>
      <div className="-mt-2 flex flex-col gap-1">
        <Facts profile={profile} differs={differs.length} />
        {(profile.description || !disabled) && (
          <p className="max-w-prose text-pretty">
            {profile.description}
            {!disabled && (
              <Button look="bare" size="sm" className="-my-1" onClick={() => setDescribing(true)}>
                <Pencil size={12} aria-hidden="true" />
                {t("profile.describe")}
              </Button>
            )}
          </p>
        )}
        {may && disabled && (
          <p className="text-ink-3">{t(profile.built_in ? "profile.read-only" : "profile.archived")}</p>
        )}
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(260px,320px)_minmax(0,1fr)]">
        <RuleList
          name={profile.name}
          rules={draft.rules}
          chosen={rule}
          base={base.name}
          differs={differs}
          changes={draft.changes}
          wrong={wrong}
        />
        <RuleCard key={rule} rule={rule} editing={editing} />
      </div>
      {may && !archived && (
        <TrySection profile={profile} rules={draft.rules} dirty={dirty} wrong={draft.wrong.size > 0} />
      )}
      <Followers profile={profile} may={may} />
      <Versions
        profile={profile}
        onTake={
          disabled
            ? null
            : (rules, version) => {
                draft.change(rules);
                toast({ text: t("versions.taken", { version }) });
              }
        }
      />
      {dirty && !disabled && (
        <SaveBar
          profile={profile}
          rules={draft.rules}
          changes={draft.changes}
          wrong={draft.wrong}
          onSaved={draft.discard}
          onDiscard={draft.discard}
          onRefused={(error) => setRefused(refusals(error))}
        />
      )}
      <LeaveGuard dirty={dirty && !disabled} />
      {describing && <DescribeDialog profile={profile} onClose={() => setDescribing(false)} />}
      {copying && (
        <CopyDialog
          of={profile}
          rules={dirty ? draft.rules : undefined}
          onMade={draft.discard}
          onClose={() => setCopying(false)}
        />
      )}
    </Page>
  );
}

export function ProfilePage() {
  const { name } = useParams({ from: "/shell/profiles/$name" });
  const navigate = useNavigate();
  const query = useQuery(profileQuery(name));
  const all = useQuery(profilesQuery());
  const error = query.error ?? all.error;
  if (error) {
    const missing = (
      <Notice alert title={t("profile.missing", { name })} detail={t("profile.missing-detail")}>
        <Button onClick={() => navigate({ to: "/profiles", search: {} })}>{t("profile.back")}</Button>
      </Notice>
    );
    const again = () => void Promise.all([query.refetch(), all.refetch()]);
    return <Failure error={error} onRetry={again} missing={missing} />;
  }
  const base = all.data?.items.find((each) => each.built_in && each.name === query.data?.based_on);
  if (!query.data || !base) {
    return (
      <Page title={name}>
        <Loading />
        <div className="grid gap-4 lg:grid-cols-[minmax(260px,320px)_minmax(0,1fr)]">
          <Skeleton className="h-[28rem] rounded-lg" />
          <Skeleton className="h-[28rem] rounded-lg" />
        </div>
      </Page>
    );
  }
  return <One key={name} profile={query.data} base={base} />;
}
