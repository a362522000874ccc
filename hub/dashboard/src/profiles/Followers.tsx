/** Booths that follow a profile outside of exams, and how they come to it and leave it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { api, ask } from "@/api/client";
import { boothsQuery, keys } from "@/api/queries";
import type { Booth } from "@/api/types";
import { profileKeys } from "@/profiles/queries";
import type { Profile } from "@/profiles/rules";
import { t } from "@/text/text";
import { Section } from "@/ui/Facts";
import { INPUT } from "@/ui/Field";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

/** What a booth follows that follows nothing else. */
const DEFAULT = "standard";

type Change = { booth: Booth; to: string; from: string };

export function Followers({ profile, may }: { profile: Profile; may: boolean }) {
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const client = useQueryClient();
  const toast = useToast();
  const give = useMutation({
    mutationFn: ({ booth, to }: Change) =>
      ask(
        api.PUT("/api/v1/booths/{booth_id}/profile", {
          params: { path: { booth_id: booth.booth_id } },
          body: { profile: to },
        }),
      ),
    onSuccess: (_, { booth, to, from }) =>
      toast({
        text: t("followers.done", { booth: booth.name, profile: to }),
        undo: () => give.mutate({ booth, to: from, from: to }),
      }),
    onError: (error) => toast({ text: t("profiles.failed", { detail: describe(error) }), fault: true }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.booths }),
        client.invalidateQueries({ queryKey: profileKeys.all }),
      ]),
  });
  const here = booths.filter((booth) => booth.desired_profile === profile.name);
  const others = booths.filter((booth) => booth.desired_profile !== profile.name);
  const open = may && profile.archived_at === null;
  return (
    <Section title={t("followers.title")}>
      <p className="mb-2 text-ink-3 text-xs">{t("followers.detail")}</p>
      <div className="flex flex-wrap items-center gap-2">
        {here.map((booth) => (
          <span
            key={booth.booth_id}
            className="inline-flex h-8 items-center gap-1 rounded-md border border-line-strong pl-2.5"
          >
            {booth.name}
            {open && profile.name !== DEFAULT ? (
              <button
                type="button"
                aria-label={t("followers.remove", { booth: booth.name, profile: DEFAULT })}
                title={t("followers.remove", { booth: booth.name, profile: DEFAULT })}
                disabled={give.isPending}
                onClick={() => give.mutate({ booth, to: DEFAULT, from: profile.name })}
                className="grid size-7 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
              >
                <X size={14} />
              </button>
            ) : (
              <span className="w-1.5" />
            )}
          </span>
        ))}
        {here.length === 0 && <span className="text-ink-3">{t("followers.none")}</span>}
        {open && others.length > 0 && (
          <select
            aria-label={t("followers.add")}
            value=""
            disabled={give.isPending}
            onChange={(event) => {
              const booth = others.find((each) => each.booth_id === event.target.value);
              if (booth) give.mutate({ booth, to: profile.name, from: booth.desired_profile });
            }}
            className={`${INPUT} h-8 max-w-56 py-0`}
          >
            <option value="" disabled>
              {t("followers.add")}
            </option>
            {others.map((booth) => (
              <option key={booth.booth_id} value={booth.booth_id}>
                {t("followers.choice", { booth: booth.name, profile: booth.desired_profile })}
              </option>
            ))}
          </select>
        )}
      </div>
    </Section>
  );
}
