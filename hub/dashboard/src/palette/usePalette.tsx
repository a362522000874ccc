/** Whether Ctrl-K was pressed. What it opens is loaded then. */
import { type ReactNode, Suspense, useEffect, useState } from "react";
import type { Me } from "@/api/types";
import { later } from "@/ui/later";

const Palette = later(async () => (await import("@/palette/Palette")).Palette);

export function usePalette(me: Me, onKeys: () => void): { open: () => void; palette: ReactNode } {
  const [shown, show] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k")
        return;
      // Not the browser's own search, also while somebody types.
      event.preventDefault();
      show((now) => !now);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return {
    open: () => show(true),
    palette: shown && (
      <Suspense>
        <Palette me={me} onClose={() => show(false)} onKeys={onKeys} />
      </Suspense>
    ),
  };
}
