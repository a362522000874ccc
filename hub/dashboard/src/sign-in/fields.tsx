/** The fields of the doors: larger than those inside, and named so that a password manager knows them. */
import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useId, useState } from "react";
import { t } from "@/text/text";

const FIELD =
  "h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-base outline-offset-0 transition-colors placeholder:text-ink-3 aria-invalid:border-high";

type Props = Omit<ComponentProps<"input">, "id" | "className"> & { label: string; hint?: string };

export function DoorField({ label, hint, ...rest }: Props) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input id={id} aria-describedby={hint === undefined ? undefined : `${id}-hint`} className={FIELD} {...rest} />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

export function DoorPassword({ label, ...rest }: Omit<Props, "hint" | "type">) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <div className="relative">
        <input id={id} type={shown ? "text" : "password"} className={`${FIELD} pr-11`} {...rest} />
        <button
          type="button"
          onClick={() => setShown(!shown)}
          aria-label={t(shown ? "sign-in.hide" : "sign-in.show")}
          className="absolute inset-y-1 right-1 grid w-8 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
        >
          {shown ? <EyeOff size={16} /> : <Eye size={16} />}
        </button>
      </div>
    </div>
  );
}
