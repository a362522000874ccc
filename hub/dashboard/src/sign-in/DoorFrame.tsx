/** What every door looks like: the mark, what the page is for, and one quiet panel. */
import { CircleAlert } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { t } from "@/text/text";
import { Mark } from "@/ui/Mark";

type Props = { title: string; lead: ReactNode; children: ReactNode; foot?: ReactNode; wide?: boolean };

export function DoorFrame({ title, lead, children, foot, wide = false }: Props) {
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title]);
  return (
    <main className="grid min-h-dvh grid-rows-[1fr_auto] bg-ground px-4">
      <div className={`m-auto w-full py-12 ${wide ? "max-w-[600px]" : "max-w-[352px]"}`}>
        <div className="mb-8 flex flex-col items-center gap-4 text-center">
          <Mark size={44} />
          <div>
            <h1 className="text-balance font-semibold text-xl tracking-tight">{title}</h1>
            <p className="mt-1 text-balance text-base text-ink-2">{lead}</p>
          </div>
        </div>
        {children}
        {foot && (
          <div className="mt-6 flex flex-col items-center gap-2 text-balance text-center text-ink-3 text-xs">
            {foot}
          </div>
        )}
      </div>
    </main>
  );
}

/** What went wrong, beside the form; a screen reader says it when it comes. */
export function Trouble({ said }: { said: string }) {
  return (
    <div role="alert" aria-live="polite" className="contents">
      {said && (
        <p className="flex gap-2 rounded-md bg-high-tint px-3 py-2 text-high">
          <CircleAlert size={16} className="mt-px shrink-0" aria-hidden="true" />
          {said}
        </p>
      )}
    </div>
  );
}
