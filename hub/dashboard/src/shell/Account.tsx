/** Me, my theme, my language, and the way out. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Languages, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Me } from "@/api/types";
import { choose, chosen, LANGUAGES, type Language } from "@/text/language";
import { named, t } from "@/text/text";
import { THEMES, useTheme } from "@/ui/theme";

const ROUND = "grid size-8 place-items-center rounded-full transition-colors outline-offset-0";
const ICONS = { system: Monitor, light: Sun, dark: Moon };

export function ThemeMenu() {
  const [theme, choose] = useTheme();
  const Icon = ICONS[theme];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`${t("top.theme")}: ${t(`top.theme-${theme}`)}`}
        className={`${ROUND} text-ink-2 hover:bg-hover hover:text-ink`}
      >
        <Icon size={17} strokeWidth={1.7} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className="menu">
          <DropdownMenu.RadioGroup
            value={theme}
            onValueChange={(value) => choose(THEMES.find((known) => known === value) ?? "system")}
          >
            {THEMES.map((value) => {
              const Choice = ICONS[value];
              return (
                <DropdownMenu.RadioItem key={value} value={value} className="menu-item">
                  <Choice size={15} className="text-ink-3" />
                  {t(`top.theme-${value}`)}
                  <DropdownMenu.ItemIndicator className="ml-auto">
                    <Check size={14} />
                  </DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              );
            })}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** At most two letters: first of the first and of the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const last = words.length > 1 ? words.at(-1) : undefined;
  return `${words[0]?.charAt(0) ?? ""}${last?.charAt(0) ?? ""}`.toUpperCase();
}

export function AccountMenu({ me }: { me: Me }) {
  const client = useQueryClient();
  const name = me.display_name || me.username;
  const signOut = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/sign-out")),
    onSuccess: () => {
      client.setQueryData(keys.me, null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
    },
  });
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={`${ROUND} bg-line font-semibold text-2xs text-ink hover:bg-line-strong`}>
        <span aria-hidden="true">{initials(name)}</span>
        <span className="sr-only">{t("top.account", { name })}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className="menu">
          <div className="px-2 pt-1.5 pb-2">
            <p className="font-medium">{name}</p>
            <p className="text-ink-3 text-xs">
              {me.username} · {named("role", me.role)}
            </p>
          </div>
          <DropdownMenu.Separator className="-mx-1 mb-1 h-px bg-line" />
          <DropdownMenu.RadioGroup
            aria-label={t("top.language")}
            value={chosen()}
            onValueChange={(value) => choose(value as Language)}
          >
            {Object.entries(LANGUAGES).map(([language, name]) => (
              <DropdownMenu.RadioItem key={language} value={language} lang={language} className="menu-item">
                <Languages size={15} className="text-ink-3" />
                {name}
                <DropdownMenu.ItemIndicator className="ml-auto">
                  <Check size={14} />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />
          <DropdownMenu.Item asChild className="menu-item">
            <Link to="/account">
              <UserRound size={15} className="text-ink-3" />
              {t("top.my-account")}
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => signOut.mutate()}>
            <LogOut size={15} className="text-ink-3" />
            {t("top.sign-out")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
