/** Where one is signed in, and the end of any of it but this one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Part } from "@/account/Part";
import { accountKeys, mySignInsQuery } from "@/account/queries";
import { SignInTable } from "@/account/SignInTable";
import { api, ask } from "@/api/client";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function MySignIns() {
  const client = useQueryClient();
  const toast = useToast();
  const query = useQuery(mySignInsQuery);
  const others = query.data?.items.filter((signIn) => !signIn.current) ?? [];
  const end = useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) {
        await ask(api.DELETE("/api/v1/me/sign-ins/{sign_in_id}", { params: { path: { sign_in_id: id } } }));
      }
    },
    onSuccess: () => toast({ text: t("sign-ins.ended") }),
    onError: (error) => toast({ text: describe(error), fault: true }),
    onSettled: () => client.invalidateQueries({ queryKey: accountKeys.signIns }),
  });
  return (
    <Part
      title={t("sign-ins.title")}
      lead={t("sign-ins.lead")}
      aside={
        others.length > 1 && (
          <Button disabled={end.isPending} onClick={() => end.mutate(others.map((each) => each.sign_in_id))}>
            {t("sign-ins.end-others")}
          </Button>
        )
      }
    >
      <SignInTable query={query} label={t("sign-ins.title")} onEnd={(signIn) => end.mutate([signIn.sign_in_id])} />
    </Part>
  );
}
