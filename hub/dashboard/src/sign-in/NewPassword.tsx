/** A new password, judged by the hub while it is typed, with what is wrong with it. */
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useEffect, useState } from "react";
import { api, ask } from "@/api/client";
import type { components } from "@/api/schema";
import { DoorPassword } from "@/sign-in/fields";
import { named, t } from "@/text/text";

export type PasswordJudged = components["schemas"]["PasswordJudged"];
/** What the hub says about a password; nothing is kept of it. */
export type Judge = (password: string, signal: AbortSignal) => Promise<PasswordJudged>;

/** How long somebody types before the hub is asked. */
const PAUSE_MS = 300;
const STEPS = [1, 2, 3, 4] as const;

export function judgeByLink(token: string, username: string): Judge {
  return (password, signal) =>
    ask(api.POST("/api/v1/password-strength", { body: { token, username, password }, signal }));
}

export const judgeMine: Judge = (password, signal) =>
  ask(api.POST("/api/v1/me/password-strength", { body: { password }, signal }));

type Props = {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  judge: Judge;
  /** Changes when the same password may be judged otherwise: it may be somebody's name. */
  about: string;
};

export function NewPassword({ label, name, value, onChange, judge, about }: Props) {
  const [typed, setTyped] = useState({ value, about });
  useEffect(() => {
    const timer = setTimeout(() => setTyped({ value, about }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value, about]);
  const { data } = useQuery({
    queryKey: ["password-strength", typed],
    queryFn: ({ signal }) => judge(typed.value, signal),
    enabled: typed.value !== "",
    retry: false,
    gcTime: 0,
    placeholderData: (before) => before,
  });
  const judged = value === "" ? undefined : data;
  return (
    <div className="flex flex-col gap-2">
      <DoorPassword
        label={label}
        name={name}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="new-password"
        minLength={12}
        aria-describedby={`${name}-strength`}
      />
      <div className="grid grid-cols-4 gap-1" aria-hidden="true">
        {STEPS.map((step) => (
          <span
            key={step}
            className={`h-1 rounded-full transition-colors ${
              !judged || judged.score < step ? "bg-line" : judged.good ? "bg-accent" : "bg-medium-fill"
            }`}
          />
        ))}
      </div>
      <p id={`${name}-strength`} aria-live="polite" className="flex min-h-4 gap-1.5 text-ink-2 text-xs">
        {judged?.good && <Check size={14} className="shrink-0 text-accent" aria-hidden="true" />}
        {!judged
          ? t("new-password.hint")
          : judged.why == null
            ? t(judged.score > 3 ? "new-password.strong" : "new-password.good")
            : named("new-password", judged.why)}
      </p>
    </div>
  );
}
