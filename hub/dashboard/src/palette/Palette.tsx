/** Ctrl-K: one field that opens everything. A combobox with its list below; the keyboard alone is enough. */
import { CornerDownLeft, Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Me } from "@/api/types";
import { type Entry, useEntries } from "@/palette/entries";
import { count, t } from "@/text/text";

type Props = { me: Me; onClose: () => void; onKeys: () => void };

function Option({
  entry,
  id,
  here,
  onOpen,
  onPoint,
}: {
  entry: Entry;
  id: string;
  here: boolean;
  onOpen: () => void;
  onPoint: () => void;
}) {
  const Icon = entry.icon;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the field above keeps the focus (aria-activedescendant)
    <div
      id={id}
      role="option"
      aria-selected={here}
      data-here={here}
      onClick={onOpen}
      onPointerMove={onPoint}
      className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-3 py-1.5 data-[here=true]:bg-hover"
    >
      <Icon size={16} strokeWidth={1.7} aria-hidden="true" className="shrink-0 text-ink-3" />
      <span className="min-w-0 flex-1 truncate">
        {entry.text}
        {entry.detail && <span className="ml-2 text-ink-3 text-xs">{entry.detail}</span>}
      </span>
      {entry.key && (
        <kbd className="rounded-sm border border-line-strong bg-sunken px-1.5 font-mono text-xs">{entry.key}</kbd>
      )}
      {here && <CornerDownLeft size={14} aria-hidden="true" className="shrink-0 text-ink-3" />}
    </div>
  );
}

export function Palette({ me, onClose, onKeys }: Props) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const { entries, busy } = useEntries(me, typed, onKeys);
  const here = Math.min(at, entries.length - 1);
  const optionId = (index: number) => `${id}-${index}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the chosen one
  useEffect(() => {
    list.current?.querySelector("[data-here=true]")?.scrollIntoView({ block: "nearest" });
  }, [here]);

  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.open();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: entries.length - 1 };
    const to = moves[event.key];
    // In the middle of what was typed, Home and End are the field's.
    if (to !== undefined && !((event.key === "Home" || event.key === "End") && typed)) {
      event.preventDefault();
      if (entries.length > 0) setAt((to + entries.length) % entries.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      open(entries[here]);
    }
  };

  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-[fade-in_120ms] bg-veil" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 flex max-h-[70dvh] w-[min(94vw,600px)] -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line-strong bg-surface"
        >
          <Dialog.Title className="sr-only">{t("palette.title")}</Dialog.Title>
          <div className="flex items-center gap-3 border-line border-b px-4">
            <Search size={17} aria-hidden="true" className="shrink-0 text-ink-3" />
            <input
              role="combobox"
              aria-expanded
              aria-controls={`${id}-list`}
              aria-autocomplete="list"
              aria-activedescendant={here >= 0 ? optionId(here) : undefined}
              aria-label={t("palette.title")}
              autoComplete="off"
              spellCheck={false}
              value={typed}
              placeholder={t("palette.hint")}
              onChange={(event) => {
                setTyped(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
              className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
            />
            <kbd className="rounded-sm border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-ink-3 text-xs">
              Esc
            </kbd>
          </div>
          <div
            ref={list}
            id={`${id}-list`}
            role="listbox"
            aria-label={t("palette.title")}
            className="overflow-y-auto p-2"
          >
            {[...new Set(entries.map((entry) => entry.group))].map((group) => {
              const mine = entries.flatMap((entry, index) => (entry.group === group ? [{ entry, index }] : []));
              return (
                // biome-ignore lint/a11y/useSemanticElements: a group of options is no fieldset
                <div key={group} role="group" aria-labelledby={`${id}-${group}`} className="mb-1">
                  <p id={`${id}-${group}`} className="px-3 pt-2 pb-1 font-medium text-ink-3 text-xs">
                    {t(`palette.${group}`)}
                  </p>
                  {mine.map(({ entry, index }) => (
                    <Option
                      key={entry.id}
                      id={optionId(index)}
                      entry={entry}
                      here={index === here}
                      onOpen={() => open(entry)}
                      onPoint={() => setAt(index)}
                    />
                  ))}
                </div>
              );
            })}
            {entries.length === 0 && (
              <p className="px-3 py-6 text-center text-ink-2">{t(busy ? "palette.busy" : "palette.none", { typed })}</p>
            )}
          </div>
          <p role="status" className="sr-only">
            {busy ? t("palette.busy") : count("palette.found", entries.length)}
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
