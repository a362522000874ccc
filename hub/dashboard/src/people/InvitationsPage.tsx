/** Invitations: who is still to come, who came, and which links are good no more. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { InviteDialog } from "@/people/InviteDialog";
import { found, ordered } from "@/people/listed";
import { type Invitation, invitationsQuery, peopleKeys } from "@/people/queries";
import {
  type Changes,
  changed,
  INVITATION_STATES,
  type InvitationSearch,
  type InvitationState,
  ROLES,
} from "@/people/search";
import { Where } from "@/people/Where";
import { named, t } from "@/text/text";
import { hubNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { SearchField } from "@/ui/SearchField";
import { Segments } from "@/ui/Segments";
import { type Column, Table } from "@/ui/Table";
import { useToast } from "@/ui/Toasts";

const PAGE = 100;
const USUAL_ORDER = "-made";
const ORDERS = {
  name: (each: Invitation) => each.display_name,
  role: (each: Invitation) => ROLES.indexOf(each.role),
  made: (each: Invitation) => each.created_at,
  until: (each: Invitation) => each.expires_at,
};

export function stateOf(invitation: Invitation, now: number): InvitationState {
  if (invitation.accepted_at != null) return "accepted";
  return Date.parse(invitation.expires_at) > now ? "open" : "expired";
}

function How({ invitation }: { invitation: Invitation }) {
  const state = stateOf(invitation, hubNow());
  if (state === "accepted" && invitation.accepted_by) {
    return (
      <>
        {t("invitations.accepted-by")}{" "}
        <Link
          to="/people/$username"
          params={{ username: invitation.accepted_by }}
          className="underline underline-offset-2"
        >
          {invitation.accepted_by}
        </Link>
        <span className="block text-ink-3 text-xs">
          <When at={invitation.accepted_at ?? ""} show="clock" />
        </span>
      </>
    );
  }
  return (
    <>
      <span className={state === "open" ? "" : "text-ink-3"}>{t(`invitations.state-${state}`)}</span>
      <span className="block text-ink-3 text-xs">
        {t(state === "open" ? "invitations.until" : "invitations.until-past")}{" "}
        <When at={invitation.expires_at} show="clock" />
      </span>
    </>
  );
}

export function InvitationsPage() {
  const search = useSearch({ from: "/shell/invitations" });
  const navigate = useNavigate();
  const client = useQueryClient();
  const toast = useToast();
  const query = useQuery(invitationsQuery);
  const [inviting, setInviting] = useState(false);
  const [asked, setAsked] = useState<Invitation | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [shown, setShown] = useState(PAGE);
  const change = (next: Changes<InvitationSearch>) =>
    navigate({ to: "/invitations", search: changed(search, next), replace: true });
  const withdraw = async (invitation: Invitation) => {
    try {
      const path = { invitation_id: invitation.invitation_id };
      await ask(api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path } }));
      setAsked(null);
      toast({ text: t("invitations.withdrawn", { name: invitation.display_name }) });
    } catch (error) {
      setFailed(error);
    }
    void client.invalidateQueries({ queryKey: peopleKeys.invitations });
  };
  const columns: Column<Invitation>[] = [
    {
      name: t("invitations.whom"),
      heads: true,
      sort: "name",
      show: (each) => (
        <>
          <span className="font-medium">{each.display_name}</span>
          {each.email && <span className="block text-ink-3 text-xs">{each.email}</span>}
        </>
      ),
    },
    { name: t("people.role"), sort: "role", show: (each) => named("role", each.role) },
    {
      name: t("people.scope"),
      show: (each) => <Where role={each.role} scope={each.scope} />,
    },
    {
      name: t("invitations.by"),
      sort: "made",
      show: (each) => (
        <>
          {each.created_by}
          <span className="block text-ink-3 text-xs">
            <When at={each.created_at} show="age" />
          </span>
        </>
      ),
    },
    { name: t("people.state"), sort: "until", show: (each) => <How invitation={each} /> },
    {
      name: t("invitations.withdraw"),
      bare: true,
      className: "text-right",
      show: (each) =>
        stateOf(each, hubNow()) === "open" && (
          <Button
            size="sm"
            aria-label={t("invitations.withdraw-one", { name: each.display_name })}
            onClick={() => {
              setFailed(null);
              setAsked(each);
            }}
          >
            {t("invitations.withdraw")}
          </Button>
        ),
    },
  ];
  const all = query.data?.items.filter(
    (each) =>
      found(search.q, each.display_name, each.email, each.accepted_by, each.created_by) &&
      (search.state === undefined || stateOf(each, hubNow()) === search.state),
  );
  const items = all && ordered(all, search.sort ?? USUAL_ORDER, ORDERS);
  const filtered = search.q !== undefined || search.state !== undefined;
  const invite = (
    <Button look="ink" onClick={() => setInviting(true)}>
      <UserPlus size={15} aria-hidden="true" />
      {t("invitations.invite")}
    </Button>
  );
  return (
    <Page title={t("nav.invitations")} aside={<span className="ml-auto">{invite}</span>}>
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          label={t("people.state")}
          value={search.state ?? ""}
          choices={INVITATION_STATES.map((value) => ({ value, label: t(`invitations.state-${value}`) }))}
          onChange={(state) => change({ state: (state || undefined) as InvitationSearch["state"] })}
        />
        <SearchField
          key={search.q === undefined ? "none" : "some"}
          label={t("people.search")}
          hint={t("people.search-hint")}
          value={search.q ?? ""}
          onChange={(q) => change({ q })}
        />
      </div>
      <Table
        label={t("nav.invitations")}
        columns={columns}
        items={items?.slice(0, shown)}
        rowKey={(each) => each.invitation_id}
        error={query.error}
        onRetry={() => query.refetch()}
        order={{ by: search.sort ?? USUAL_ORDER, set: (sort) => change({ sort: sort === USUAL_ORDER ? "" : sort }) }}
        empty={
          filtered ? (
            <Notice title={t("invitations.filtered")}>
              <Button onClick={() => change({ q: "", state: undefined })}>{t("feed.filtered-action")}</Button>
            </Notice>
          ) : (
            <Notice title={t("invitations.none")} detail={t("invitations.none-detail")}>
              {invite}
            </Notice>
          )
        }
        more={items && items.length > shown ? { busy: false, load: () => setShown(shown + PAGE) } : undefined}
      />
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {asked && (
        <Confirm
          title={t("invitations.withdraw-one", { name: asked.display_name })}
          lead={t("invitations.withdraw-lead")}
          act={t("invitations.withdraw")}
          error={failed}
          onDo={() => void withdraw(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </Page>
  );
}
