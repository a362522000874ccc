/** Arrow keys on a grid of tiles: to the nearest tile in that direction, however the grid wraps. */
export type Place = { x: number; y: number };

const AXES: Record<string, { along: "x" | "y"; sign: 1 | -1 }> = {
  ArrowRight: { along: "x", sign: 1 },
  ArrowLeft: { along: "x", sign: -1 },
  ArrowDown: { along: "y", sign: 1 },
  ArrowUp: { along: "y", sign: -1 },
};

/** Index of the tile to go to, or the one we are on when there is none further. */
export function neighbour(places: readonly Place[], from: number, key: string): number {
  const axis = AXES[key];
  const here = places[from];
  if (!axis || !here) return from;
  if (axis.along === "x") return Math.min(places.length - 1, Math.max(0, from + axis.sign));
  let best = from;
  let bestCost = Number.POSITIVE_INFINITY;
  places.forEach((place, index) => {
    const ahead = (place.y - here.y) * axis.sign;
    if (ahead <= 0) return;
    const cost = ahead * 1000 + Math.abs(place.x - here.x);
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  });
  return best;
}
