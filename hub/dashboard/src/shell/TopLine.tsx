/** The top line: how fresh, how much is open, theme, keys, me. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard, Search } from "lucide-react";
import { useDeferredValue } from "react";
import { AlertButtons } from "@/alerts/AlertButtons";
import { boothsQuery } from "@/api/queries";
import { type BoothList, type Me, SEVERITIES } from "@/api/types";
import { AccountMenu, ThemeMenu } from "@/shell/Account";
import { ConnectionState } from "@/shell/Connection";
import { ScopeChoice } from "@/shell/ScopeChoice";
import { count, t } from "@/text/text";
import { Mark } from "@/ui/Mark";
import { SeverityMark } from "@/violations/Severity";

export function openTally({ items }: BoothList) {
  return {
    open: items.reduce((sum, booth) => sum + booth.open_violations, 0),
    worst: SEVERITIES.find((severity) => items.some((booth) => booth.worst_open === severity)),
  };
}

function OpenCount() {
  // With the wall's tiles, not before them: one frame instead of two.
  const data = useDeferredValue(useQuery(boothsQuery).data);
  if (!data) return null;
  const { open, worst } = openTally(data);
  if (open === 0) return <span className="hidden text-ink-3 sm:inline">{t("top.open-none")}</span>;
  const text = count("top.open", open);
  return (
    <Link
      to="/violations"
      search={{ open: true }}
      data-testid="open-count"
      aria-label={text}
      className="tabular inline-flex h-7 items-center gap-1.5 rounded-full border border-line-strong px-2.5 font-medium hover:bg-hover"
    >
      {worst && <SeverityMark severity={worst} size={13} label={false} />}
      <span className="hidden sm:inline">{text}</span>
      <span className="sm:hidden">{open}</span>
    </Link>
  );
}

export function TopLine({ me, onKeys, onSearch }: { me: Me; onKeys: () => void; onSearch: () => void }) {
  return (
    <header className="print:hidden sticky top-0 z-20 flex h-12 items-center gap-3 border-line border-b bg-surface px-4 md:px-6">
      <span className="md:hidden">
        <Mark size={22} />
      </span>
      <ConnectionState />
      {me.permissions.includes("booths.read") && <ScopeChoice />}
      <div className="ml-auto flex items-center gap-2">
        <button
          type="button"
          onClick={onSearch}
          aria-keyshortcuts="Control+K"
          className="inline-flex h-8 items-center gap-2 rounded-md border border-line-strong px-2 text-ink-3 hover:bg-hover hover:text-ink"
        >
          <Search size={15} aria-hidden="true" />
          <span className="sr-only">{t("palette.open")}</span>
          <kbd className="hidden font-mono text-xs lg:inline">{t("keys.control-k")}</kbd>
        </button>
        <OpenCount />
        {me.permissions.includes("booths.read") && <AlertButtons watches={me.permissions.includes("booths.watch")} />}
        <button
          type="button"
          onClick={onKeys}
          aria-label={t("top.keys")}
          title={`${t("top.keys")} (?)`}
          className="hidden size-8 place-items-center rounded-full text-ink-2 hover:bg-hover hover:text-ink md:grid"
        >
          <Keyboard size={17} strokeWidth={1.7} />
        </button>
        <ThemeMenu />
        <AccountMenu me={me} />
      </div>
    </header>
  );
}
