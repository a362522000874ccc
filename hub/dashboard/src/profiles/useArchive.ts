/** Archives a profile or brings it back, and offers the way back for five seconds. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { changeProfile, keepProfile } from "@/profiles/queries";
import type { Profile } from "@/profiles/rules";
import { count, t } from "@/text/text";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

/** "2 exams, 1 booth"; empty where nothing uses it. */
export function usesText(profile: Profile): string {
  return [
    profile.exams > 0 ? count("profiles.exams", profile.exams) : "",
    profile.booths > 0 ? count("profiles.booths", profile.booths) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

export function useArchive() {
  const client = useQueryClient();
  const toast = useToast();
  const archive = useMutation({
    mutationFn: ({ profile, archived }: { profile: Profile; archived: boolean }) =>
      changeProfile(profile.name, { version: profile.version, archived, note: "" }),
    onSuccess: (profile, { archived }) => {
      keepProfile(client, profile);
      toast({
        text: t(archived ? "profiles.archived-done" : "profiles.restored-done", { name: profile.name }),
        undo: () => archive.mutate({ profile, archived: !archived }),
      });
    },
    onError: (error) => toast({ text: t("profiles.failed", { detail: describe(error) }), fault: true }),
  });
  return (profile: Profile, archived: boolean) => {
    const uses = usesText(profile);
    if (archived && uses) toast({ text: t("profiles.in-use", { uses }), fault: true });
    else archive.mutate({ profile, archived });
  };
}
