/** Signing in at a provider of OpenID Connect, where the hub has one; and signing out there. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { api, ask } from "@/api/client";
import { Trouble } from "@/sign-in/DoorFrame";
import { optionsQuery } from "@/sign-in/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";

/** With the token of an invitation, the provider's word accepts it. */
export function ProviderButton({ invitation = "" }: { invitation?: string }) {
  const begin = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/sign-in/oidc", { body: { invitation } })),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <>
      <Button className="h-10 text-base" disabled={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        <KeyRound size={16} aria-hidden="true" />
        {t(begin.isPending || begin.isSuccess ? "provider.busy" : "provider.enter")}
      </Button>
      <Trouble said={begin.isError ? describe(begin.error) : ""} />
    </>
  );
}

export function OtherWays() {
  const { data } = useQuery(optionsQuery);
  if (!data?.oidc) return null;
  return (
    <>
      <div className="flex items-center gap-3 text-ink-3 text-xs">
        <span className="h-px flex-1 bg-line" />
        {t("provider.or")}
        <span className="h-px flex-1 bg-line" />
      </div>
      <ProviderButton />
      {data.oidc_sign_out && (
        <a
          href={data.oidc_sign_out}
          className="self-center py-1 text-ink-2 text-xs underline underline-offset-2 hover:text-ink"
        >
          {t("provider.sign-out")}
        </a>
      )}
    </>
  );
}
