/** A named field of a form, with what it means and what is wrong with it. */
import { type ReactNode, useId } from "react";

/** How every field to type in looks. */
export const INPUT =
  "w-full rounded-md border border-line-strong bg-surface px-2.5 py-1.5 placeholder:text-ink-3 aria-invalid:border-high";

type Props = {
  label: string;
  hint?: string;
  error?: string | undefined;
  /** The field itself; give it what it is called with. */
  children: (field: { id: string; "aria-describedby"?: string; "aria-invalid"?: true; className: string }) => ReactNode;
};

export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({
        id,
        className: INPUT,
        ...(told === undefined ? {} : { "aria-describedby": `${id}-told` }),
        ...(error === undefined ? {} : { "aria-invalid": true }),
      })}
      {told !== undefined && (
        <p id={`${id}-told`} className={`text-xs ${error === undefined ? "text-ink-3" : "text-high"}`}>
          {told}
        </p>
      )}
    </div>
  );
}
