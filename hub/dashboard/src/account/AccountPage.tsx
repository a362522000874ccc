/** One's own account: how one signs in, where one is signed in, what acts for one, and how this browser shows it. */
import { useQuery } from "@tanstack/react-query";
import { MySignIns } from "@/account/MySignIns";
import { MyTokens } from "@/account/MyTokens";
import { Password } from "@/account/Password";
import { SecondFactor } from "@/account/SecondFactor";
import { ThisBrowser } from "@/account/ThisBrowser";
import { meQuery } from "@/api/queries";
import { count, named, t } from "@/text/text";
import { Page } from "@/ui/Page";

export function AccountPage() {
  const me = useQuery(meQuery).data;
  if (!me) return null;
  return (
    <Page title={t("account.title")} narrow>
      <p className="-mt-3 text-ink-2">
        <span className="font-medium text-ink">{me.display_name}</span> · {me.username} · {named("role", me.role)} ·{" "}
        {me.booths == null
          ? t("scope.everywhere")
          : me.booths.length === 0
            ? t("scope.nothing")
            : count("scope.booths", me.booths.length)}
      </p>
      <Password me={me} />
      <SecondFactor />
      <MySignIns />
      <MyTokens me={me} />
      <ThisBrowser />
    </Page>
  );
}
