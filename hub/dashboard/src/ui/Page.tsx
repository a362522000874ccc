/** A page's frame: its one heading, what stands beside it, and its content. */
import { type ReactNode, useEffect } from "react";
import { t } from "@/text/text";

type Props = { title: string; aside?: ReactNode; children: ReactNode; narrow?: boolean };

export function Page({ title, aside, children, narrow = false }: Props) {
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title]);
  return (
    <div className={`flex flex-col gap-4 p-4 md:p-6 ${narrow ? "mx-auto w-full max-w-[800px]" : ""}`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
        {aside}
      </div>
      {children}
    </div>
  );
}
