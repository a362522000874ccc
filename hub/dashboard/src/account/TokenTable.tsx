/** API tokens: what each may do, until when, when it was last used; and its end. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ApiToken } from "@/account/queries";
import { count, named, t } from "@/text/text";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { type Column, Table } from "@/ui/Table";

/** A token that ends within this is about to stop a program. */
const SOON_MS = 7 * 86_400_000;

function Until({ at }: { at: string }) {
  const left = Date.parse(at) - useNow();
  return (
    <>
      <When at={at} show="clock" />
      {left < SOON_MS && (
        <span className={`block text-xs ${left < 0 ? "text-ink-3" : "text-medium"}`}>
          {t(left < 0 ? "tokens.over" : "tokens.soon")}
        </span>
      )}
    </>
  );
}

type Props = {
  label: string;
  items: ApiToken[] | undefined;
  error: unknown;
  onRetry: () => void;
  onRevoke: (token: ApiToken) => Promise<unknown>;
  empty: React.ReactNode;
  /** Everybody's: whose each is. */
  owners?: boolean;
  order?: { by: string; set: (by: string) => void };
};

export function TokenTable({ label, items, error, onRetry, onRevoke, empty, owners = false, order }: Props) {
  const [asked, setAsked] = useState<ApiToken | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const columns: Column<ApiToken>[] = [
    {
      name: t("tokens.name"),
      heads: true,
      sort: "name",
      show: (token) => <span className="font-medium [overflow-wrap:anywhere]">{token.name}</span>,
    },
    ...(owners
      ? [
          {
            name: t("tokens.owner"),
            sort: "owner",
            show: (token: ApiToken) => (
              <Link
                to="/people/$username"
                params={{ username: token.username }}
                className="underline-offset-2 hover:underline"
              >
                {token.username}
              </Link>
            ),
          },
        ]
      : []),
    {
      name: t("tokens.may"),
      show: (token) => (
        <span title={token.permissions.map((each) => named("permission", each)).join("\n")}>
          {token.permissions.length > 0 && token.permissions.length < 3
            ? token.permissions.map((each) => named("permission", each)).join(", ")
            : count("tokens.permissions", token.permissions.length)}
        </span>
      ),
    },
    { name: t("tokens.until"), sort: "until", show: (token) => <Until at={token.expires_at} /> },
    {
      name: t("tokens.used"),
      sort: "used",
      show: (token) =>
        token.last_used_at ? (
          <>
            <When at={token.last_used_at} show="age" />
            <span className="block text-ink-3 text-xs">{token.last_address}</span>
          </>
        ) : (
          <span className="text-ink-3">{t("tokens.never")}</span>
        ),
    },
    {
      name: t("tokens.revoke"),
      bare: true,
      className: "text-right",
      show: (token) => (
        <Button
          size="sm"
          aria-label={t("tokens.revoke-one", { name: token.name })}
          onClick={() => {
            setFailed(null);
            setAsked(token);
          }}
        >
          {t("tokens.revoke")}
        </Button>
      ),
    },
  ];
  const revoke = async (token: ApiToken) => {
    setBusy(true);
    try {
      await onRevoke(token);
      setAsked(null);
    } catch (error) {
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Table
        label={label}
        columns={columns}
        items={items}
        rowKey={(token) => token.token_id}
        error={error}
        onRetry={onRetry}
        empty={empty}
        {...(order ? { order } : {})}
      />
      {asked && (
        <Confirm
          title={t("tokens.revoke-one", { name: asked.name })}
          lead={t("tokens.revoke-lead")}
          act={t("tokens.revoke")}
          busy={busy}
          error={failed}
          onDo={() => void revoke(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
