/** Ten codes for when the authenticator is lost. They are shown this once, and somebody must say that they keep them. */
import { Check, Copy, Download, Printer } from "lucide-react";
import { useId, useState } from "react";
import { save } from "@/account/save";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  const [copied, setCopied] = useState(false);
  const id = useId();
  const text = `${t("recovery.file")}\n${location.origin}\n\n${codes.join("\n")}\n`;
  return (
    <section aria-labelledby={id} className="panel print-only flex flex-col gap-4 p-5">
      <div>
        <h3 id={id} className="font-semibold text-base">
          {t("recovery.title")}
        </h3>
        <p className="text-ink-2">{t("recovery.lead")}</p>
      </div>
      <ul
        data-testid="recovery-codes"
        className="grid gap-x-8 gap-y-1.5 rounded-md bg-sunken p-4 font-mono sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2 print:hidden">
        <Button onClick={() => save("invigil-recovery-codes.txt", new Blob([text], { type: "text/plain" }))}>
          <Download size={15} aria-hidden="true" />
          {t("recovery.download")}
        </Button>
        <Button onClick={() => window.print()}>
          <Printer size={15} aria-hidden="true" />
          {t("recovery.print")}
        </Button>
        {"clipboard" in navigator && (
          <Button onClick={() => navigator.clipboard.writeText(codes.join("\n")).then(() => setCopied(true))}>
            {copied ? <Check size={15} aria-hidden="true" /> : <Copy size={15} aria-hidden="true" />}
            {t(copied ? "violation.copied" : "violation.copy")}
          </Button>
        )}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t pt-4 print:hidden">
        <label className="flex min-h-6 cursor-pointer items-center gap-2">
          <input type="checkbox" checked={kept} onChange={() => setKept(!kept)} className="size-4 accent-accent" />
          {t("recovery.kept")}
        </label>
        <Button look="ink" disabled={!kept} onClick={onDone}>
          {t("recovery.done")}
        </Button>
      </div>
    </section>
  );
}
