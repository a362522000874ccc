/** The door of a guest: who invites, what they become, a name and a password; then they are in. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { keys, meQuery } from "@/api/queries";
import { DoorFrame, Trouble } from "@/sign-in/DoorFrame";
import { DoorField } from "@/sign-in/fields";
import { useFragmentToken } from "@/sign-in/fragment";
import { LinkGone, SignOutFirst } from "@/sign-in/LinkGone";
import { judgeByLink, NewPassword } from "@/sign-in/NewPassword";
import { ProviderButton } from "@/sign-in/OtherWays";
import { linkProblem } from "@/sign-in/problem";
import { invitationQuery, optionsQuery } from "@/sign-in/queries";
import { named, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Loading } from "@/ui/Skeleton";

/** A name to begin with: the person's own, as it would be typed. */
export function suggestion(displayName: string): string {
  const plain = displayName.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, ".").replace(/^\.+|\.+$/g, "");
}

export function JoinPage() {
  const token = useFragmentToken();
  const me = useQuery(meQuery);
  const invitation = useQuery({ ...invitationQuery(token), enabled: token !== "" });
  const options = useQuery(optionsQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [username, setUsername] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  const name = username ?? suggestion(invitation.data?.display_name ?? "");
  const join = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/invitations/accept", { body: { token, username: name.trim(), password } })),
    onSuccess: (me) => {
      client.setQueryData(keys.me, me);
      navigate({ to: "/", replace: true });
    },
  });
  if (token === "" || invitation.isError) {
    return <LinkGone what="join" error={invitation.error} onRetry={() => invitation.refetch()} />;
  }
  // While one joins, one is about to be somebody.
  if (me.data && (join.isIdle || join.isError)) return <SignOutFirst me={me.data} />;
  if (!invitation.data || me.isPending) return <Loading />;
  const { display_name, invited_by, role, expires_at } = invitation.data;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && password) join.mutate();
  };
  return (
    <DoorFrame
      title={t("join.title", { name: display_name })}
      lead={t("join.lead", { by: invited_by, role: named("role", role) })}
      foot={
        <span>
          {t("join.until")} <When at={expires_at} show="clock" />
        </span>
      }
    >
      <div className="panel flex flex-col gap-4 p-6">
        <form onSubmit={submit} noValidate aria-label={t("join.submit")} className="contents">
          <DoorField
            label={t("sign-in.username")}
            hint={t("join.username-hint")}
            name="username"
            value={name}
            onChange={(event) => setUsername(event.target.value)}
            autoComplete="username"
            autoCapitalize="none"
            maxLength={80}
            spellCheck={false}
          />
          <NewPassword
            label={t("sign-in.password")}
            name="password"
            value={password}
            onChange={setPassword}
            judge={judgeByLink(token, name.trim())}
            about={name.trim()}
          />
          <Trouble said={join.isError ? linkProblem(join.error) : ""} />
          <Button
            type="submit"
            look="ink"
            disabled={join.isPending || !name.trim() || !password}
            className="h-10 text-base"
          >
            {t(join.isPending ? "join.busy" : "join.submit")}
          </Button>
        </form>
        {options.data?.oidc && <ProviderButton invitation={token} />}
      </div>
    </DoorFrame>
  );
}
