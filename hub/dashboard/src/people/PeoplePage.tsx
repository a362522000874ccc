/** Everybody who may sign in: who they are here, where they may, and when they last came. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { meQuery } from "@/api/queries";
import { InviteDialog } from "@/people/InviteDialog";
import { found, ordered } from "@/people/listed";
import { inState, PersonState } from "@/people/PersonState";
import { peopleKeys, type User, usersQuery } from "@/people/queries";
import { RoleMatrix } from "@/people/RoleMatrix";
import { type Changes, changed, PERSON_STATES, type PeopleSearch, ROLES } from "@/people/search";
import { Where } from "@/people/Where";
import { count, named, t } from "@/text/text";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Choose } from "@/ui/Choose";
import { Confirm } from "@/ui/Confirm";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";

const PAGE = 100;
const USUAL_ORDER = "name";
const ORDERS = {
  name: (user: User) => user.display_name,
  role: (user: User) => ROLES.indexOf(user.role),
  last: (user: User) => user.last_sign_in_at,
  since: (user: User) => user.created_at,
};

const COLUMNS: Column<User>[] = [
  {
    name: t("people.person"),
    heads: true,
    sort: "name",
    show: (user) => (
      <>
        <Link
          to="/people/$username"
          params={{ username: user.username }}
          className={`font-medium underline-offset-2 hover:underline ${user.disabled_at ? "text-ink-2" : ""}`}
        >
          {user.display_name}
        </Link>
        <span className="block text-ink-3 text-xs">{user.username}</span>
      </>
    ),
  },
  { name: t("people.role"), sort: "role", show: (user) => named("role", user.role) },
  {
    name: t("people.scope"),
    show: (user) => <Where role={user.role} scope={user.scope} />,
  },
  {
    name: t("people.last"),
    sort: "last",
    show: (user) => (
      <>
        {user.last_sign_in_at ? (
          <When at={user.last_sign_in_at} show="age" />
        ) : (
          <span className="text-ink-3">{t("people.never")}</span>
        )}
        {user.sign_ins > 0 && (
          <span className="block text-ink-3 text-xs">{count("people.signed-in", user.sign_ins)}</span>
        )}
      </>
    ),
  },
  { name: t("people.state"), show: (user) => <PersonState user={user} /> },
];

function BulkDisable({ names, onDone }: { names: string[]; onDone: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const disable = useMutation({
    mutationFn: async () => {
      for (const username of names) {
        await ask(api.DELETE("/api/v1/users/{username}", { params: { path: { username } } }));
      }
    },
    onSuccess: () => {
      toast({ text: count("people.disabled", names.length) });
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: peopleKeys.all }),
  });
  return (
    <Confirm
      title={count("people.disable-several", names.length)}
      lead={t("person.disable-lead")}
      act={t("person.disable")}
      busy={disable.isPending}
      error={disable.error}
      onDo={() => disable.mutate()}
      onClose={onDone}
    >
      <p className="max-h-32 overflow-y-auto text-ink-2">{names.join(", ")}</p>
    </Confirm>
  );
}

export function PeoplePage() {
  const search = useSearch({ from: "/shell/people" });
  const navigate = useNavigate();
  const change = (next: Changes<PeopleSearch>) =>
    navigate({ to: "/people", search: changed(search, next), replace: true });
  const query = useQuery(usersQuery);
  const me = useQuery(meQuery).data;
  const now = useNow();
  const [shown, setShown] = useState(PAGE);
  const [inviting, setInviting] = useState(false);
  const [matrix, setMatrix] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [disabling, setDisabling] = useState(false);
  const all = query.data?.items.filter(
    (user) =>
      found(search.q, user.display_name, user.username) &&
      (search.role === undefined || user.role === search.role) &&
      inState(user, search.state, now),
  );
  const items = all && ordered(all, search.sort ?? USUAL_ORDER, ORDERS);
  const filtered = search.q !== undefined || search.role !== undefined || search.state !== undefined;
  const canDisable = items
    ?.filter((user) => chosen.has(user.username) && user.username !== me?.username && user.disabled_at == null)
    .map((user) => user.username);
  const invite = (
    <Button look="ink" onClick={() => setInviting(true)}>
      <UserPlus size={15} aria-hidden="true" />
      {t("invitations.invite")}
    </Button>
  );
  return (
    <Page
      title={t("people.title")}
      aside={
        <>
          {query.data && <span className="tabular text-ink-3">{count("people.count", query.data.items.length)}</span>}
          <span className="ml-auto flex gap-2">
            <Button onClick={() => setMatrix(true)}>{t("roles.title")}</Button>
            {invite}
          </span>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          key={search.q === undefined ? "none" : "some"}
          label={t("people.search")}
          hint={t("people.search-hint")}
          value={search.q ?? ""}
          onChange={(q) => change({ q })}
        />
        <Choose
          label={t("people.role")}
          any={t("people.any-role")}
          value={search.role}
          choices={ROLES.map((value) => ({ value, label: named("role", value) }))}
          onChange={(role) => change({ role: role as PeopleSearch["role"] })}
        />
        <Choose
          label={t("people.state")}
          any={t("people.any-state")}
          value={search.state}
          choices={PERSON_STATES.map((value) => ({ value, label: t(`people.state-${value}`) }))}
          onChange={(state) => change({ state: state as PeopleSearch["state"] })}
        />
        {filtered && (
          <Button look="bare" className="h-8" onClick={() => change({ q: "", role: undefined, state: undefined })}>
            {t("filter.clear")}
          </Button>
        )}
        {canDisable && canDisable.length > 0 && (
          <Button className="ml-auto h-8" onClick={() => setDisabling(true)}>
            {count("people.disable-several", canDisable.length)}
          </Button>
        )}
      </div>
      <Table
        label={t("people.title")}
        columns={COLUMNS}
        items={items?.slice(0, shown)}
        rowKey={(user) => user.username}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{ by: search.sort ?? USUAL_ORDER, set: (sort) => change({ sort: sort === USUAL_ORDER ? "" : sort }) }}
        chosen={{ keys: chosen, set: setChosen, label: (user) => t("people.choose", { name: user.display_name }) }}
        empty={
          <Notice title={t(filtered ? "people.filtered" : "people.none")}>
            {filtered ? (
              <Button onClick={() => change({ q: "", role: undefined, state: undefined })}>
                {t("feed.filtered-action")}
              </Button>
            ) : (
              invite
            )}
          </Notice>
        }
        more={items && items.length > shown ? { busy: false, load: () => setShown(shown + PAGE) } : undefined}
      />
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {matrix && <RoleMatrix onClose={() => setMatrix(false)} />}
      {disabling && canDisable && (
        <BulkDisable
          names={canDisable}
          onDone={() => {
            setDisabling(false);
            setChosen(new Set());
          }}
        />
      )}
    </Page>
  );
}
