/** The tiles in their order: arrow keys walk, L looks, and nothing moves under the pointer. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { gapsQuery, recentQuery } from "@/api/queries";
import { type Booth, SEVERITIES, type Violation } from "@/api/types";
import { t } from "@/text/text";
import { useKeys } from "@/ui/keyboard";
import { neighbour } from "@/wall/arrows";
import { BoothTile } from "@/wall/BoothTile";
import { useGlide } from "@/wall/glide";
import { useHeldOrder } from "@/wall/heldOrder";
import { orderBooths } from "@/wall/order";
import { STRIP_MINUTES } from "@/wall/Strip";

/** Few booths get large tiles, but one booth does not fill the wall. */
const TILE_MAX_PX = 600;

/** The worst of what is open in a booth; of two as bad, the newer. */
export function worstOpen(violations: readonly Violation[], boothId: string): Violation | undefined {
  return violations
    .filter((violation) => violation.booth_id === boothId && violation.ended_at == null)
    .toSorted(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        Date.parse(b.opened_at) - Date.parse(a.opened_at),
    )[0];
}

export function BoothGrid({ booths }: { booths: readonly Booth[] }) {
  const recent = useQuery(recentQuery(STRIP_MINUTES)).data ?? [];
  const gaps = useQuery(gapsQuery()).data?.items ?? [];
  const { order, handlers } = useHeldOrder(orderBooths(booths).map((booth) => booth.booth_id));
  const [focused, setFocused] = useState<string | null>(null);
  const grid = useRef<HTMLUListElement>(null);
  useGlide(grid, order);

  const entry = focused !== null && order.includes(focused) ? focused : order[0];
  const byId = new Map(booths.map((booth) => [booth.booth_id, booth]));

  // From nowhere in particular, an arrow key goes to the tile that Tab would reach.
  const enter = () => {
    if (document.activeElement !== document.body) return false;
    grid.current?.querySelector<HTMLElement>("[data-tile-link][tabindex='0']")?.focus();
    return true;
  };
  useKeys({ ArrowRight: enter, ArrowDown: enter, ArrowLeft: enter, ArrowUp: enter });

  const onKeyDown = (event: KeyboardEvent) => {
    const tiles = [...(grid.current?.querySelectorAll<HTMLElement>("[data-booth-id]") ?? [])];
    const from = tiles.findIndex((tile) => tile.contains(document.activeElement));
    if (event.key === "l") tiles[from]?.querySelector<HTMLElement>("[data-look-now]")?.click();
    if (!event.key.startsWith("Arrow") || from === -1) return;
    event.preventDefault();
    const to = neighbour(
      tiles.map((tile) => ({ x: tile.offsetLeft, y: tile.offsetTop })),
      from,
      event.key,
    );
    tiles[to]?.querySelector<HTMLElement>("[data-tile-link]")?.focus();
  };

  return (
    <ul
      ref={grid}
      aria-label={t("wall.tiles")}
      className="tiles"
      style={{ maxWidth: order.length * TILE_MAX_PX }}
      onKeyDown={onKeyDown}
      {...handlers}
    >
      {order.map((id) => {
        const booth = byId.get(id);
        if (!booth) return null;
        return (
          <BoothTile
            key={id}
            booth={booth}
            violations={recent}
            gaps={gaps}
            happening={worstOpen(recent, id)}
            tabbable={id === entry}
            onFocus={() => setFocused(id)}
          />
        );
      })}
    </ul>
  );
}
