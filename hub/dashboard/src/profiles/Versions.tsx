/** Every version of a profile: who made it, why, what changed, and a way back to its values. */
import { useQuery } from "@tanstack/react-query";
import { ChangeList } from "@/profiles/ChangeList";
import { differences } from "@/profiles/differences";
import { versionsQuery } from "@/profiles/queries";
import type { Profile, Rules } from "@/profiles/rules";
import { count, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { Failure } from "@/ui/Notice";
import { Skeleton } from "@/ui/Skeleton";

type Props = { profile: Profile; onTake: ((rules: Rules, version: number) => void) | null };

export function Versions({ profile, onTake }: Props) {
  const query = useQuery(versionsQuery(profile.name));
  const items = query.data?.items;
  return (
    <Section title={t("versions.title")}>
      {query.error ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : !items ? (
        <Skeleton className="h-16" />
      ) : profile.built_in ? (
        <p className="py-1 text-ink-2">{t("versions.built-in")}</p>
      ) : (
        <ol className="divide-y divide-line">
          {items.map((each, index) => {
            const before = items[index + 1];
            const changes = before ? differences(before.rules, each.rules) : [];
            return (
              <li key={each.version} className="flex flex-wrap items-start gap-x-4 gap-y-1 py-2.5">
                <span className="tabular w-10 shrink-0 font-semibold">{each.version}</span>
                <div className="min-w-0 flex-1">
                  <p>
                    {each.note || (before ? count("save.changes", changes.length) : t("versions.first"))}
                    {each.version === profile.version && (
                      <span className="ml-2 rounded-sm border border-line-strong px-1 text-2xs text-ink-2">
                        {t("versions.now")}
                      </span>
                    )}
                  </p>
                  <p className="text-ink-3 text-xs">
                    {each.display_name}
                    {each.created_at && (
                      <>
                        {" · "}
                        <When at={each.created_at} show="clock" />
                      </>
                    )}
                  </p>
                  {changes.length > 0 && (
                    <div className="mt-1 text-xs">
                      <ChangeList changes={changes} />
                    </div>
                  )}
                </div>
                {onTake && each.version !== profile.version && (
                  <Button size="sm" onClick={() => onTake(each.rules, each.version)}>
                    {t("versions.take")}
                  </Button>
                )}
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}
