/** One person: what they may and where, how they sign in, where they are signed in, and what is done about it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Part } from "@/account/Part";
import { SignInTable } from "@/account/SignInTable";
import { api, ask } from "@/api/client";
import { boothsQuery, meQuery } from "@/api/queries";
import { PersonActs } from "@/people/PersonActs";
import { PersonForm } from "@/people/PersonForm";
import { PersonState } from "@/people/PersonState";
import { peopleKeys, signInsQuery, type User, userQuery } from "@/people/queries";
import { count, named, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { describe, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/Toasts";

const LINK = "underline underline-offset-2";

const naturally = (a: string, b: string) => a.localeCompare(b, undefined, { numeric: true });

/** The booths that all grants come to, with those of exam sessions that somebody is responsible for. */
function Reached({ user }: { user: User }) {
  const booths = useQuery(boothsQuery).data?.items;
  if (user.booths == null) return <p className="text-ink-2">{t("person.reaches-all")}</p>;
  if (user.booths.length === 0) return <p className="text-ink-2">{t("person.reaches-none")}</p>;
  return (
    <p className="text-ink-2">
      {count("person.reaches", user.booths.length)}{" "}
      {user.booths.toSorted(naturally).map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <Link to="/booths/$boothId" params={{ boothId: id }} className={LINK}>
            {booths?.find((booth) => booth.booth_id === id)?.name ?? id}
          </Link>
        </span>
      ))}
    </p>
  );
}

function SignIns({ user }: { user: User }) {
  const client = useQueryClient();
  const toast = useToast();
  const query = useQuery(signInsQuery(user.username));
  const end = useMutation({
    mutationFn: () =>
      ask(api.DELETE("/api/v1/users/{username}/sign-ins", { params: { path: { username: user.username } } })),
    onSuccess: () => toast({ text: t("person.ended") }),
    onError: (error) => toast({ text: describe(error), fault: true }),
    onSettled: () => client.invalidateQueries({ queryKey: peopleKeys.one(user.username) }),
  });
  const own = query.data?.items.some((signIn) => signIn.current) ?? false;
  return (
    <Part
      title={t("person.sign-ins")}
      lead={t("person.sign-ins-lead")}
      aside={
        !!query.data?.items.length &&
        !own && (
          <Button disabled={end.isPending} onClick={() => end.mutate()}>
            {t("person.end-all")}
          </Button>
        )
      }
    >
      <SignInTable query={query} label={t("person.sign-ins")} />
    </Part>
  );
}

function Person({ user }: { user: User }) {
  const me = useQuery(meQuery).data;
  const own = me?.username === user.username;
  return (
    <Page title={user.display_name} aside={<PersonState user={user} />} narrow>
      <p className="-mt-3 text-ink-2">
        {user.username} · {named("role", user.role)} · {t("person.since")} <When at={user.created_at} show="clock" /> ·{" "}
        {user.last_sign_in_at ? (
          <>
            {t("person.last")} <When at={user.last_sign_in_at} show="age" />
          </>
        ) : (
          t("person.never")
        )}
      </p>
      {own && (
        <p className="rounded-md bg-sunken px-3 py-2">
          {t("person.own")}{" "}
          <Link to="/account" className={LINK}>
            {t("top.my-account")}
          </Link>
        </p>
      )}
      <Part title={t("person.may")} lead={t("person.may-lead")}>
        <PersonForm key={JSON.stringify([user.display_name, user.role, user.scope])} user={user} own={own} />
        <Reached user={user} />
      </Part>
      {!own && <PersonActs user={user} />}
      <SignIns user={user} />
      <p className="border-line border-t pt-4 text-ink-2">
        <Link to="/audit" search={{ user: user.username }} className={LINK}>
          {t("person.did")}
        </Link>{" "}
        ·{" "}
        <Link to="/audit" search={{ kind: "user", id: user.username }} className={LINK}>
          {t("person.done-to")}
        </Link>
      </p>
    </Page>
  );
}

export function PersonPage() {
  const { username } = useParams({ from: "/shell/people/$username" });
  const query = useQuery(userQuery(username));
  if (query.data) return <Person user={query.data} />;
  if (query.isError) {
    const missing = (
      <Notice title={t("person.missing", { name: username })} detail={t("person.missing-detail")}>
        <Link to="/people" className={LINK}>
          {t("people.title")}
        </Link>
      </Notice>
    );
    return <Failure error={query.error} onRetry={() => query.refetch()} missing={missing} />;
  }
  return (
    <Page title={username} narrow>
      <Loading />
      <Skeleton className="h-64 w-full rounded-lg" />
    </Page>
  );
}
