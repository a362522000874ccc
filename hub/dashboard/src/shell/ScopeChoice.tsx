/** Which site and room the wall and the lists show: in the address, so that it can be shared, and kept from page to page. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Check, ChevronDown, MapPin } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { roomsQuery, sitesQuery } from "@/places/queries";
import { t } from "@/text/text";

export type Scope = { site?: string | undefined; room?: string | undefined };

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

export function parseScope(raw: Record<string, unknown>): Scope {
  // Digits alone arrive as a number.
  const name = (value: unknown) => (NAME.test(String(value ?? "")) ? String(value) : undefined);
  const site = name(raw.site);
  const room = name(raw.room);
  return { ...(site === undefined ? {} : { site }), ...(room === undefined ? {} : { room }) };
}

/** Who looks after one room does so on every page; a page that names another, or none, is heard. */
export function keepScope<Search extends Scope>({
  search,
  next,
}: {
  search: Search;
  next: (search: Search) => Search;
}): Search {
  return { ...parseScope(search), ...next(search) };
}

function Item({ value, text, indent = false }: { value: string; text: string; indent?: boolean }) {
  return (
    <DropdownMenu.RadioItem value={value} className={`menu-item ${indent ? "pl-6!" : ""}`}>
      {text}
      <DropdownMenu.ItemIndicator className="ml-auto">
        <Check size={14} />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}

/** What is chosen, for a page's list to follow. */
export function useScope(): Scope {
  return parseScope(useSearch({ strict: false }));
}

export function ScopeChoice() {
  const navigate = useNavigate();
  const { site, room } = useScope();
  const sites = useQuery(sitesQuery).data?.items ?? [];
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  if (rooms.length < 2) return null;
  const siteName = sites.find((each) => each.site_id === site)?.name ?? site;
  const roomName = rooms.find((each) => each.room_id === room)?.name ?? room;
  const shown = roomName ?? (siteName === undefined ? t("scope.all") : siteName);
  const pick = (value: string) => {
    const [kind, id] = value.split(" ");
    const chosen = kind === "room" ? rooms.find((each) => each.room_id === id) : undefined;
    const next: Scope = { site: chosen?.site_id ?? (kind === "site" ? id : undefined), room: chosen?.room_id };
    void navigate({ to: ".", search: (now: Scope) => ({ ...now, ...next }), replace: true });
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`${t("scope.title")}: ${shown}`}
        className="inline-flex h-8 min-w-0 items-center gap-1.5 rounded-md px-2 text-ink-2 hover:bg-hover hover:text-ink"
      >
        <MapPin size={15} strokeWidth={1.7} aria-hidden="true" className="shrink-0" />
        <span className={`max-w-40 truncate ${site || room ? "font-medium text-ink" : ""}`}>{shown}</span>
        <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="start" sideOffset={6} className="menu">
          <DropdownMenu.RadioGroup value={room ? `room ${room}` : site ? `site ${site}` : "all"} onValueChange={pick}>
            <Item value="all" text={t("scope.all")} />
            {sites.map((each) => (
              <DropdownMenu.Group key={each.site_id}>
                <Item value={`site ${each.site_id}`} text={t("scope.site", { site: each.name })} />
                {rooms
                  .filter((one) => one.site_id === each.site_id)
                  .map((one) => (
                    <Item key={one.room_id} indent value={`room ${one.room_id}`} text={one.name} />
                  ))}
              </DropdownMenu.Group>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
