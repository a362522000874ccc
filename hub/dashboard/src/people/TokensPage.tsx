/** Everybody's API tokens: what programs may come in, for whom, and when they last did. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ApiToken } from "@/account/queries";
import { TokenTable } from "@/account/TokenTable";
import { api, ask } from "@/api/client";
import { found, ordered } from "@/people/listed";
import { peopleKeys, tokensQuery } from "@/people/queries";
import { type Changes, changed, type TokenSearch } from "@/people/search";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { useToast } from "@/ui/Toasts";

const PAGE = 100;
const USUAL_ORDER = "until";
const ORDERS = {
  name: (token: ApiToken) => token.name,
  owner: (token: ApiToken) => token.username,
  until: (token: ApiToken) => token.expires_at,
  used: (token: ApiToken) => token.last_used_at,
};

export function TokensPage() {
  const search = useSearch({ from: "/shell/tokens" });
  const navigate = useNavigate();
  const client = useQueryClient();
  const toast = useToast();
  const query = useQuery(tokensQuery);
  const [shown, setShown] = useState(PAGE);
  const change = (next: Changes<TokenSearch>) =>
    navigate({ to: "/tokens", search: changed(search, next), replace: true });
  const all = query.data?.items.filter((token) => found(search.q, token.name, token.username));
  const items = all && ordered(all, search.sort ?? USUAL_ORDER, ORDERS);
  return (
    <Page title={t("nav.tokens")}>
      <p className="-mt-2 max-w-[72ch] text-ink-2">{t("tokens.all-lead")}</p>
      <SearchField
        key={search.q === undefined ? "none" : "some"}
        label={t("tokens.search")}
        hint={t("tokens.search-hint")}
        value={search.q ?? ""}
        onChange={(q) => change({ q })}
      />
      <TokenTable
        owners
        label={t("nav.tokens")}
        items={items?.slice(0, shown)}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{ by: search.sort ?? USUAL_ORDER, set: (sort) => change({ sort: sort === USUAL_ORDER ? "" : sort }) }}
        onRevoke={async ({ token_id, name }) => {
          await ask(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id } } }));
          toast({ text: t("tokens.revoked", { name }) });
          void client.invalidateQueries({ queryKey: peopleKeys.tokens });
        }}
        empty={
          search.q === undefined ? (
            <Notice title={t("tokens.none")} detail={t("tokens.all-none-detail")} />
          ) : (
            <Notice title={t("tokens.filtered")}>
              <Button onClick={() => change({ q: "" })}>{t("feed.filtered-action")}</Button>
            </Notice>
          )
        }
      />
      {items && items.length > shown && (
        <Button className="self-center" onClick={() => setShown(shown + PAGE)}>
          {t("table.more")}
        </Button>
      )}
    </Page>
  );
}
