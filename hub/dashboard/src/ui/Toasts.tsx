/** Short words about what was just done, with a way back where there is one. */
import { Toast } from "radix-ui";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";

const SHOWN_MS = 5000;
/** A fault stays until it was read. */
const FAULT_MS = 20_000;

type Said = { text: string; undo?: () => void; fault?: boolean };
type Kept = Said & { id: number };

const Context = createContext<(said: Said) => void>(() => undefined);

/** Says something in the corner of the page. */
export const useToast = () => useContext(Context);

export function Toasts({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Kept[]>([]);
  const say = useCallback((said: Said) => setShown((old) => [...old.slice(-2), { ...said, id: Date.now() }]), []);
  const value = useMemo(() => say, [say]);
  return (
    <Context.Provider value={value}>
      <Toast.Provider swipeDirection="right" label={t("toast.label")}>
        {children}
        {shown.map((each) => (
          <Toast.Root
            key={each.id}
            type={each.fault ? "foreground" : "background"}
            duration={each.fault ? FAULT_MS : SHOWN_MS}
            onOpenChange={(open) => !open && setShown((old) => old.filter(({ id }) => id !== each.id))}
            className={`flex items-center gap-3 rounded-lg border bg-surface px-4 py-3 ${each.fault ? "border-high" : "border-line-strong"}`}
          >
            <Toast.Description className="min-w-0 flex-1">{each.text}</Toast.Description>
            {each.undo && (
              <Toast.Action altText={t("toast.undo-alt")} asChild>
                <Button size="sm" onClick={each.undo}>
                  {t("toast.undo")}
                </Button>
              </Toast.Action>
            )}
          </Toast.Root>
        ))}
        <Toast.Viewport className="fixed right-4 bottom-20 z-50 flex w-[min(92vw,380px)] flex-col gap-2 md:bottom-4" />
      </Toast.Provider>
    </Context.Provider>
  );
}
