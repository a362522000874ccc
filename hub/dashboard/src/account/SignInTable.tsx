/** Where somebody is signed in: device, address, when last seen; and the end of it. */
import type { UseQueryResult } from "@tanstack/react-query";
import { device } from "@/account/device";
import type { SignIn } from "@/account/queries";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";

type Props = {
  query: UseQueryResult<{ items: SignIn[] }>;
  label: string;
  /** Left out where single ones cannot be ended. */
  onEnd?: ((signIn: SignIn) => void) | undefined;
};

export function SignInTable({ query, label, onEnd }: Props) {
  const columns: Column<SignIn>[] = [
    {
      name: t("sign-ins.device"),
      heads: true,
      show: (signIn) => (
        <span title={signIn.user_agent}>
          <span className="font-medium">{device(signIn.user_agent)}</span>
          {signIn.current && (
            <span className="ml-2 rounded-full border border-line-strong px-1.5 text-2xs">{t("sign-ins.this")}</span>
          )}
          <span className="block text-ink-3 text-xs">{t(`sign-ins.how.${signIn.how}`)}</span>
        </span>
      ),
    },
    { name: t("sign-ins.where"), show: (signIn) => signIn.address },
    { name: t("sign-ins.since"), show: (signIn) => <When at={signIn.created_at} show="clock" /> },
    {
      name: t("sign-ins.seen"),
      show: (signIn) => <When at={signIn.last_seen_at ?? signIn.created_at} show="age" />,
    },
    { name: t("sign-ins.until"), show: (signIn) => <When at={signIn.expires_at} show="clock" /> },
  ];
  if (onEnd) {
    columns.push({
      name: t("sign-ins.end"),
      bare: true,
      className: "text-right",
      show: (signIn) =>
        signIn.current ? null : (
          <Button
            size="sm"
            aria-label={t("sign-ins.end-one", { device: device(signIn.user_agent), address: signIn.address })}
            onClick={() => onEnd(signIn)}
          >
            {t("sign-ins.end")}
          </Button>
        ),
    });
  }
  return (
    <Table
      label={label}
      columns={columns}
      items={query.data?.items}
      rowKey={(signIn) => signIn.sign_in_id}
      error={query.error}
      onRetry={() => query.refetch()}
      empty={<Notice title={t("sign-ins.none")} />}
    />
  );
}
