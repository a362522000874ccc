/** What somebody sees whose role needs a second factor and who has none yet: this, and the way out. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { SecondFactorSetup } from "@/account/SecondFactorSetup";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Me } from "@/api/types";
import { DoorFrame } from "@/sign-in/DoorFrame";
import { named, t } from "@/text/text";
import { Button } from "@/ui/Button";

export function MustEnrol({ me }: { me: Me }) {
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/sign-out")),
    onSuccess: () => client.setQueryData(keys.me, null),
  });
  return (
    <DoorFrame
      wide
      title={t("enrol.title", { name: me.display_name })}
      lead={t("enrol.lead", { role: named("role", me.role) })}
      foot={
        <Button look="bare" size="sm" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
          {t("top.sign-out")}
        </Button>
      }
    >
      <SecondFactorSetup onDone={() => undefined} onCancel={() => signOut.mutate()} />
    </DoorFrame>
  );
}
