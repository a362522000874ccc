/** Words to search for, told when somebody stops typing. Give it a `key` that changes when the search is cleared. */
import { useEffect, useId, useState } from "react";
import { INPUT } from "@/ui/Field";

/** How long somebody types before the hub is asked. */
const PAUSE_MS = 250;

type Props = { label: string; hint: string; value: string; onChange: (value: string) => void };

export function SearchField({ label, hint, value, onChange }: Props) {
  const [typed, setTyped] = useState(value);
  const id = useId();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <>
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <input
        id={id}
        type="search"
        value={typed}
        placeholder={hint}
        onChange={(event) => setTyped(event.target.value)}
        className={`${INPUT} h-8 max-w-60`}
      />
    </>
  );
}
