/** A list of facts: name at the left, value at the right, a hairline between. */
import type { ReactNode } from "react";

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="divide-y divide-line">{children}</dl>;
}

type FactProps = { name: string; children: ReactNode; title?: string };

export function Fact({ name, children, title }: FactProps) {
  return (
    <div className="tabular flex items-baseline justify-between gap-4 py-2" title={title}>
      <dt className="shrink-0 text-ink-2">{name}</dt>
      <dd className="min-w-0 text-right">{children}</dd>
    </div>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel p-4">
      <div className="mb-1 flex items-baseline justify-between gap-4">
        <h2 className="font-semibold">{title}</h2>
        {aside && <span className="text-ink-3 text-xs">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
