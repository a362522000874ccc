/** Takes a bundle of a booth home, and says how anybody checks it. For those whom the hub gives one. */
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { meQuery } from "@/api/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { CopyCode } from "@/ui/CopyCode";

const TAKERS: readonly string[] = ["admin", "auditor"];

/** `from` and `to` are what a `datetime-local` input holds: the viewer's clock, empty for no bound. */
export function bundleUrl(boothId: string, from: string, to: string): string {
  const query = new URLSearchParams({ booth: boothId });
  if (from) query.set("from", new Date(from).toISOString());
  if (to) query.set("to", new Date(to).toISOString());
  return `/api/v1/bundles?${query}`;
}

type WhenProps = { label: string; value: string; onChange: (value: string) => void };

function WhenInput({ label, value, onChange }: WhenProps) {
  return (
    <label className="flex flex-1 flex-col gap-1 text-ink-2 text-xs">
      {label}
      <input
        type="datetime-local"
        step={1}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="tabular h-8 rounded-md border border-line-strong bg-surface px-2 text-ink text-sm"
      />
    </label>
  );
}

export function BundleDownload({ boothId }: { boothId: string }) {
  const role = useQuery(meQuery).data?.role;
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  if (role === undefined || !TAKERS.includes(role)) return null;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button size="sm">
          <Download size={13} aria-hidden="true" />
          {t("bundle.open")}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          aria-label={t("bundle.open")}
          className="z-40 flex w-[min(92vw,440px)] flex-col gap-3 rounded-lg border border-line-strong bg-surface p-4"
        >
          <div>
            <h3 className="font-semibold">{t("bundle.title")}</h3>
            <p className="text-ink-2">{t("bundle.detail")}</p>
          </div>
          <div className="flex flex-wrap gap-2">
            <WhenInput label={t("bundle.from")} value={from} onChange={setFrom} />
            <WhenInput label={t("bundle.to")} value={to} onChange={setTo} />
          </div>
          <a
            href={bundleUrl(boothId, from, to)}
            download
            className="inline-flex h-9 items-center justify-center gap-2 rounded-md bg-ink px-3 font-medium text-ground hover:opacity-90"
          >
            <Download size={15} aria-hidden="true" />
            {t("bundle.download")}
          </a>
          <div className="flex flex-col gap-1 border-line border-t pt-3">
            <p>{t("bundle.verify")}</p>
            <CopyCode text={`invigil verify invigil-${boothId}-….zip --ca ca.pem`} className="self-start" />
            <p className="text-ink-3 text-xs">{t("bundle.ca")}</p>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
