/** A command line or hash with a button that copies it. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { t } from "@/text/text";

type Props = { text: string; shown?: string; className?: string };

export function CopyCode({ text, shown = text, className = "" }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  // Browsers offer the clipboard to secure origins only; on plain HTTP the text can still be selected.
  const copy = () => navigator.clipboard?.writeText(text).then(() => setCopied(true));
  const Icon = copied ? Check : Copy;
  return (
    <span
      className={`inline-flex max-w-full items-center gap-1 rounded-md border border-line bg-sunken py-1 pr-1 pl-2.5 ${className}`}
    >
      <code
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
        tabIndex={0}
        className="min-w-0 select-all overflow-x-auto whitespace-nowrap font-mono text-xs"
        title={text}
      >
        {shown}
      </code>
      {"clipboard" in navigator && (
        <button
          type="button"
          onClick={copy}
          aria-label={t(copied ? "violation.copied" : "violation.copy")}
          className="grid size-6 shrink-0 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
        >
          <Icon size={13} />
        </button>
      )}
    </span>
  );
}
