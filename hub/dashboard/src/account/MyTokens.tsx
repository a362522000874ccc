/** One's API tokens: for programs that act for one. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { NewToken } from "@/account/NewToken";
import { Part } from "@/account/Part";
import { accountKeys, myTokensQuery } from "@/account/queries";
import { TokenTable } from "@/account/TokenTable";
import { api, ask } from "@/api/client";
import type { Me } from "@/api/types";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function MyTokens({ me }: { me: Me }) {
  const client = useQueryClient();
  const toast = useToast();
  const query = useQuery(myTokensQuery);
  const [making, setMaking] = useState(false);
  const make = (
    <Button onClick={() => setMaking(true)}>
      <Plus size={15} aria-hidden="true" />
      {t("tokens.new")}
    </Button>
  );
  return (
    <Part title={t("tokens.mine")} lead={t("tokens.lead")} aside={query.data?.items.length ? make : null}>
      <TokenTable
        label={t("tokens.mine")}
        items={query.data?.items}
        error={query.error}
        onRetry={() => query.refetch()}
        onRevoke={async ({ token_id, name }) => {
          await ask(api.DELETE("/api/v1/me/tokens/{token_id}", { params: { path: { token_id } } }));
          toast({ text: t("tokens.revoked", { name }) });
          void client.invalidateQueries({ queryKey: accountKeys.tokens });
        }}
        empty={
          <Notice title={t("tokens.none")} detail={t("tokens.none-detail")}>
            {make}
          </Notice>
        }
      />
      {making && <NewToken me={me} onClose={() => setMaking(false)} />}
    </Part>
  );
}
