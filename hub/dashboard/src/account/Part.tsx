/** One part of a long page: a heading, what it is about, and what stands in it. */
import { type ReactNode, useId } from "react";

type Props = { title: string; lead?: ReactNode; aside?: ReactNode; children: ReactNode };

export function Part({ title, lead, aside, children }: Props) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-3 border-line border-t pt-5 first-of-type:border-t-0 first-of-type:pt-0"
    >
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 max-w-[62ch]">
          <h2 id={id} className="font-semibold text-base">
            {title}
          </h2>
          {lead && <p className="text-ink-2">{lead}</p>}
        </div>
        {aside && <div className="flex flex-wrap gap-2">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
