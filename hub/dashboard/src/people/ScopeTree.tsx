/** Where somebody may: everything, or sites, rooms and booths to tick. What is above brings all below it along. */
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { boothsQuery } from "@/api/queries";
import { found } from "@/people/listed";
import type { Scope } from "@/people/queries";
import { type Branch, type Grant, toggled, tree } from "@/people/scope";
import { count, t } from "@/text/text";
import { INPUT } from "@/ui/Field";
import { Failure } from "@/ui/Notice";
import { Skeleton } from "@/ui/Skeleton";
import { roomsQuery, sitesQuery } from "@/wall/queries";

/** With fewer booths nobody needs to search. */
const MANY = 12;

type TickProps = {
  label: ReactNode;
  note?: string | undefined;
  checked: boolean;
  /** It comes with what is above it, and cannot be left out here. */
  implied: boolean;
  onChange: () => void;
};

function Tick({ label, note, checked, implied, onChange }: TickProps) {
  return (
    <label
      className={`flex min-h-7 min-w-0 flex-1 items-center gap-2 ${implied ? "text-ink-2" : "cursor-pointer"}`}
      title={implied ? t("scope.implied") : undefined}
    >
      <input
        type="checkbox"
        checked={checked || implied}
        disabled={implied}
        onChange={onChange}
        className="size-4 shrink-0 accent-accent"
      />
      <span className="truncate">{label}</span>
      {note && <span className="text-ink-3 text-xs">{note}</span>}
    </label>
  );
}

type FoldProps = { name: string; open: boolean; onFold: () => void; head: ReactNode; children: ReactNode };

function Fold({ name, open, onFold, head, children }: FoldProps) {
  return (
    <li>
      <div className="flex items-center gap-1.5">
        <button
          type="button"
          aria-expanded={open}
          aria-label={t("scope.unfold", { name })}
          onClick={onFold}
          className="grid size-7 shrink-0 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
        >
          <ChevronRight size={15} className={`transition-transform ${open ? "rotate-90" : ""}`} />
        </button>
        {head}
      </div>
      {open && <ul className="ml-[34px]">{children}</ul>}
    </li>
  );
}

type Props = { scope: Scope; onChange: (scope: Scope) => void };

export function ScopeTree({ scope, onChange }: Props) {
  const sites = useQuery(sitesQuery);
  const rooms = useQuery(roomsQuery);
  const booths = useQuery(boothsQuery);
  const [q, setQ] = useState("");
  const [folded, setFolded] = useState<Record<string, boolean>>({});
  const failed = sites.error ?? rooms.error ?? booths.error;
  if (failed) {
    return <Failure error={failed} onRetry={() => [sites, rooms, booths].map((query) => query.refetch())} />;
  }
  if (!sites.data || !rooms.data || !booths.data) return <Skeleton className="h-32 w-full rounded-md" />;
  const { branches, loose } = tree(sites.data.items, rooms.data.items, booths.data.items);
  const has = (kind: Grant, id: string) => scope[kind]?.includes(id) ?? false;
  const toggle = (kind: Grant, id: string) => onChange(toggled(scope, kind, id));
  const matches = ({ site, rooms }: Branch) =>
    rooms
      .map(({ room, booths }) => ({
        room,
        booths: booths.filter((booth) => found(q, site.name, room.name, booth.name, booth.booth_id)),
      }))
      .filter(({ room, booths }) => booths.length > 0 || found(q, site.name, room.name));
  const isOpen = (key: string, usual: boolean) => q !== "" || (folded[key] ?? usual);
  const fold = (key: string, usual: boolean) => setFolded((old) => ({ ...old, [key]: !(old[key] ?? usual) }));
  const shownLoose = loose.filter((booth) => found(q, booth.name, booth.booth_id));
  return (
    <div className="flex flex-col gap-2">
      <Tick
        label={t("scope.entire")}
        note={t("scope.entire-note")}
        checked={scope.everywhere ?? false}
        implied={false}
        onChange={() => onChange({ ...scope, everywhere: !scope.everywhere })}
      />
      {booths.data.items.length > MANY && !scope.everywhere && (
        <input
          type="search"
          value={q}
          aria-label={t("scope.search")}
          placeholder={t("scope.search")}
          onChange={(event) => setQ(event.target.value)}
          className={`${INPUT} max-w-64`}
        />
      )}
      {!scope.everywhere && (
        <ul aria-label={t("scope.tree")} className="max-h-80 overflow-y-auto rounded-md border border-line p-2">
          {branches.map((branch) => {
            const { site } = branch;
            const shown = matches(branch);
            if (shown.length === 0 && !found(q, site.name)) return null;
            const bySite = has("sites", site.site_id);
            const key = `site ${site.site_id}`;
            return (
              <Fold
                key={key}
                name={site.name}
                open={isOpen(key, true)}
                onFold={() => fold(key, true)}
                head={
                  <Tick
                    label={<span className="font-medium">{site.name}</span>}
                    note={count("scope.rooms", branch.rooms.length)}
                    checked={bySite}
                    implied={false}
                    onChange={() => toggle("sites", site.site_id)}
                  />
                }
              >
                {shown.map(({ room, booths }) => {
                  const byRoom = has("rooms", room.room_id);
                  const roomKey = `room ${room.room_id}`;
                  const usual = booths.some((booth) => has("booths", booth.booth_id));
                  return (
                    <Fold
                      key={roomKey}
                      name={room.name}
                      open={isOpen(roomKey, usual)}
                      onFold={() => fold(roomKey, usual)}
                      head={
                        <Tick
                          label={room.name}
                          note={count("scope.booths", room.booths.length)}
                          checked={byRoom}
                          implied={bySite}
                          onChange={() => toggle("rooms", room.room_id)}
                        />
                      }
                    >
                      {booths.map((booth) => (
                        <li key={booth.booth_id} className="flex pl-[34px]">
                          <Tick
                            label={booth.name}
                            checked={has("booths", booth.booth_id)}
                            implied={bySite || byRoom}
                            onChange={() => toggle("booths", booth.booth_id)}
                          />
                        </li>
                      ))}
                    </Fold>
                  );
                })}
              </Fold>
            );
          })}
          {shownLoose.map((booth) => (
            <li key={booth.booth_id} className="flex pl-[34px]">
              <Tick
                label={booth.name}
                note={t("scope.loose")}
                checked={has("booths", booth.booth_id)}
                implied={false}
                onChange={() => toggle("booths", booth.booth_id)}
              />
            </li>
          ))}
          {branches.length === 0 && loose.length === 0 && <li className="p-2 text-ink-2">{t("scope.no-places")}</li>}
        </ul>
      )}
    </div>
  );
}
