/** The tiles in their order: arrow keys walk, L looks, V plays, and nothing moves under the pointer or the focus. */
import { useQuery } from "@tanstack/react-query";
import {
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  startTransition,
  useDeferredValue,
  useEffect,
  useRef,
  useState,
} from "react";
import { gapsQuery, meQuery, recentQuery } from "@/api/queries";
import { type Booth, type Looking, type Presence, SEVERITIES, type Violation } from "@/api/types";
import { presenceQuery } from "@/presence/queries";
import { t } from "@/text/text";
import { useKeys } from "@/ui/keyboard";
import { neighbour } from "@/wall/arrows";
import { BoothTile, FIRST_TILES } from "@/wall/BoothTile";
import { useGlide } from "@/wall/glide";
import { useGrouped } from "@/wall/group";
import { useHeldOrder } from "@/wall/heldOrder";
import { orderBooths } from "@/wall/order";
import { STRIP_MINUTES } from "@/wall/Strip";
import type { Size, Sort } from "@/wall/search";
import { useTiles } from "@/wall/tile";
import { usePreview } from "@/wall/usePreview";

/** Few booths get large tiles, but one booth does not fill the wall. */
const TILE_MAX_PX = 600;
/** How narrow a tile may become, by what was chosen. */
const TILE_MIN_PX: Record<Size, number> = { small: 148, medium: 224, large: 308 };
/** Until the hub has said. */
const OVERLOOKED_AFTER_S = 600;
const NONE: readonly never[] = [];

/** The worst of what is open; of two as bad, the newer. */
export function worstOpen(violations: readonly Violation[]): Violation | undefined {
  return violations
    .filter((violation) => violation.ended_at == null)
    .toSorted(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        Date.parse(b.opened_at) - Date.parse(a.opened_at),
    )[0];
}

/** Who looks at each booth, besides oneself. An answer that says nothing new is the same object, and so is this. */
function useOthers(presence: Presence | undefined): ReadonlyMap<string, readonly Looking[]> {
  const me = useQuery(meQuery).data?.username;
  const last = useRef<{ presence: typeof presence; me: typeof me; others: Map<string, Looking[]> } | null>(null);
  if (last.current?.presence !== presence || last.current?.me !== me) {
    const others = new Map(
      presence?.items.map((each) => [each.booth_id, each.people.filter((person) => person.username !== me)]),
    );
    last.current = { presence, me, others };
  }
  return last.current?.others ?? new Map();
}

/** The tile that has the keyboard, and the one that had it last. */
function useFocus() {
  const [last, setLast] = useState<string | null>(null);
  const [inside, setInside] = useState(false);
  return {
    last,
    focused: inside ? last : null,
    handlers: {
      onFocus: (event: FocusEvent) => {
        const id = event.target.closest<HTMLElement>("[data-booth-id]")?.dataset.boothId;
        if (id === undefined) return;
        setLast(id);
        setInside(true);
      },
      onBlur: (event: FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setInside(false);
      },
    },
  };
}

/** False for the first drawing, which sixty tiles would make late. */
function useSoon(): boolean {
  const [soon, setSoon] = useState(false);
  useEffect(() => startTransition(() => setSoon(true)), []);
  return soon;
}

type Props = { booths: readonly Booth[]; sort?: Sort | undefined; size?: Size | undefined };

export function BoothGrid({ booths: latest, sort, size = "medium" }: Props) {
  const me = useQuery(meQuery).data;
  const presence = useQuery(presenceQuery).data;
  // Deferred: React draws it in pieces, and what somebody types or clicks meanwhile goes first.
  const booths = useDeferredValue(latest);
  const violations = useGrouped(useDeferredValue(useQuery(recentQuery(STRIP_MINUTES)).data ?? NONE));
  const gaps = useGrouped(useQuery(gapsQuery()).data?.items ?? NONE);
  const others = useOthers(presence);
  const tiles = useTiles(booths);
  const all = useSoon();
  const byId = new Map(booths.map((booth) => [booth.booth_id, booth]));
  const overlooked = new Set(presence?.overlooked.map((each) => each.booth_id));
  const focus = useFocus();
  const wanted = orderBooths(booths, overlooked, sort).map((booth) => booth.booth_id);
  const { order, handlers } = useHeldOrder(wanted, focus.focused);
  const entry = focus.last !== null && order.includes(focus.last) ? focus.last : order[0];
  const place = new Map(order.map((id, at) => [id, at]));
  const grid = useRef<HTMLUListElement>(null);
  useGlide(grid, order);

  const mayWatch = me?.permissions.includes("booths.watch") ?? false;
  const preview = usePreview((id) => mayWatch && byId.get(id)?.availability === "online");

  // From nowhere in particular, an arrow key goes to the tile that Tab would reach.
  const enter = () => {
    if (document.activeElement !== document.body) return false;
    grid.current?.querySelector<HTMLElement>("[data-tile-link][tabindex='0']")?.focus();
    return true;
  };
  useKeys({ ArrowRight: enter, ArrowDown: enter, ArrowLeft: enter, ArrowUp: enter });

  const onKeyDown = (event: KeyboardEvent) => {
    const tiles = [...(grid.current?.querySelectorAll<HTMLElement>("[data-booth-id]") ?? [])].toSorted(
      (a, b) => (place.get(a.dataset.boothId ?? "") ?? 0) - (place.get(b.dataset.boothId ?? "") ?? 0),
    );
    const from = tiles.findIndex((tile) => tile.contains(document.activeElement));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "l") tiles[from]?.querySelector<HTMLElement>("[data-look-now]")?.click();
    if (event.key === "v") preview.toggle(tiles[from]?.dataset.boothId ?? "");
    if (event.key === "Escape") preview.stop();
    if (!event.key.startsWith("Arrow") || from === -1) return;
    event.preventDefault();
    const to = neighbour(
      tiles.map((tile) => ({ x: tile.offsetLeft, y: tile.offsetTop })),
      from,
      event.key,
    );
    if (to !== from) preview.stop();
    tiles[to]?.querySelector<HTMLElement>("[data-tile-link]")?.focus();
  };

  return (
    <ul
      ref={grid}
      aria-label={t("wall.tiles")}
      className="grid [reading-flow:grid-order] grid-cols-[repeat(auto-fit,minmax(min(100%,var(--tile)),1fr))] gap-3"
      style={{ "--tile": `${TILE_MIN_PX[size]}px`, maxWidth: order.length * TILE_MAX_PX } as CSSProperties}
      onKeyDown={onKeyDown}
      onFocus={focus.handlers.onFocus}
      onBlur={(event) => {
        focus.handlers.onBlur(event);
        if (!event.currentTarget.contains(event.relatedTarget)) preview.stop();
      }}
      onPointerMove={handlers.onPointerMove}
      onPointerOver={preview.handlers.onPointerOver}
      onPointerLeave={() => {
        handlers.onPointerLeave();
        preview.handlers.onPointerLeave();
      }}
    >
      {tiles.map((booth) => {
        const id = booth.booth_id;
        if (!all && (place.get(id) ?? 0) >= FIRST_TILES) return null;
        const own = violations.get(id) ?? NONE;
        return (
          <BoothTile
            key={id}
            booth={booth}
            violations={own}
            gaps={gaps.get(id) ?? NONE}
            happening={worstOpen(own)}
            people={others.get(id) ?? NONE}
            overlookedAfterMs={1000 * (presence?.overlooked_after_s ?? OVERLOOKED_AFTER_S)}
            live={id === preview.boothId}
            tabbable={id === entry}
            place={place.get(id) ?? 0}
          />
        );
      })}
    </ul>
  );
}
