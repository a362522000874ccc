/** A candidate, found by typing a part of name or number. Arrow keys choose, Enter takes. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Candidate } from "@/api/types";
import { candidatesQuery } from "@/candidates/queries";
import { t } from "@/text/text";

const PAUSE_MS = 200;
const OFFERED = 8;

type Field = { id: string; className: string; "aria-describedby"?: string; "aria-invalid"?: true };
type Props = { field: Field; value: Candidate | null; onChange: (candidate: Candidate | null) => void };

export const called = ({ name, number }: Pick<Candidate, "name" | "number">) => `${name} · ${number}`;

export function CandidatePicker({ field, value, onChange }: Props) {
  const [typed, setTyped] = useState(value ? called(value) : "");
  const [asked, setAsked] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const list = useId();
  const shown = useRef(value);
  useEffect(() => {
    if (shown.current === value) return;
    shown.current = value;
    setTyped(value ? called(value) : "");
  }, [value]);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(value ? "" : typed.trim().slice(0, 100)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  const query = useInfiniteQuery({ ...candidatesQuery(asked ? { q: asked } : {}), enabled: open });
  const found = query.data?.pages[0]?.items.slice(0, OFFERED) ?? [];

  const take = (candidate: Candidate | undefined) => {
    if (!candidate) return;
    shown.current = candidate;
    setTyped(called(candidate));
    setOpen(false);
    onChange(candidate);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => {
      setOpen(true);
      setAt(Math.min(at + 1, found.length - 1));
    },
    ArrowUp: () => setAt(Math.max(at - 1, 0)),
    Enter: () => take(found[at]),
    Escape: () => setOpen(false),
  };
  const press = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act || (!open && event.key !== "ArrowDown")) return;
    // Escape closes the list, not the dialog around it; Enter takes a name and sends no form.
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div className="relative">
      <input
        {...field}
        role="combobox"
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && found[at] ? `${list}-${at}` : undefined}
        autoComplete="off"
        placeholder={t("candidates.search-hint")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
          setAt(0);
          shown.current = null;
          if (value) onChange(null);
        }}
        onFocus={() => setOpen(!value)}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
      />
      <div
        id={list}
        role="listbox"
        aria-label={t("candidates.title")}
        hidden={!open}
        className="absolute inset-x-0 top-full z-10 mt-1 max-h-72 overflow-y-auto rounded-md border border-line-strong bg-surface p-1"
      >
        {found.map((candidate, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={candidate.candidate_id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setAt(index)}
            onClick={() => take(candidate)}
            className="flex min-h-8 cursor-pointer items-center justify-between gap-3 rounded-sm px-2 aria-selected:bg-hover"
          >
            <span className="truncate">{candidate.name}</span>
            <span className="tabular shrink-0 text-ink-3 text-xs">
              {candidate.extra_time_percent > 0 && `+${candidate.extra_time_percent} % · `}
              {candidate.number}
            </span>
          </div>
        ))}
        {query.data && found.length === 0 && <p className="px-2 py-1.5 text-ink-3">{t("candidates.filtered")}</p>}
        {query.isFetching && !query.data && <p className="px-2 py-1.5 text-ink-3">{t("app.loading")}</p>}
      </div>
    </div>
  );
}
