/** The newest lines of a device's own log, asked for when somebody wants them; searched, copied and saved here. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, ask } from "@/api/client";
import type { Device } from "@/api/types";
import { silence } from "@/devices/asks";
import { on } from "@/devices/queries";
import { count, t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { INPUT } from "@/ui/Field";
import { describe } from "@/ui/Notice";

const LINES = 200;

function ink(line: string): string {
  if (/ (ERROR|CRITICAL) /.test(line)) return "text-high";
  return line.includes(" WARNING ") ? "text-medium" : "text-ink-2";
}

function save(name: string, lines: string[]): void {
  const address = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}

export function LogViewer({ device }: { device: Device }) {
  const [wanted, setWanted] = useState("");
  const end = useRef<HTMLDivElement>(null);
  const log = useMutation({
    mutationFn: async () => {
      const path = "/api/v1/devices/{device_id}/logs";
      const said = await ask(api.POST(path, { ...on(device.device_id), body: { lines: LINES } }));
      return { ...said, at: hubNow() };
    },
  });
  const silent = silence(device);
  const lines = (log.data?.lines ?? []).filter((line) => line.toLowerCase().includes(wanted.toLowerCase()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end is shown when lines have come
  useEffect(() => {
    const box = end.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [log.data]);
  return (
    <Section
      title={t("device.log")}
      aside={log.data ? t("device.log-at", { time: clock(log.data.at) }) : t("device.log-note")}
    >
      <div className="flex flex-wrap items-center gap-2 pt-1">
        <Button disabled={silent !== null || log.isPending} onClick={() => log.mutate()}>
          {t(log.isPending ? "device.log-asking" : log.data ? "device.log-again" : "device.log-ask")}
        </Button>
        {log.data && log.data.lines.length > 0 && (
          <>
            <input
              type="search"
              aria-label={t("device.log-search")}
              placeholder={t("device.log-search")}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
              className={`${INPUT} h-8 max-w-56`}
            />
            <Button look="bare" onClick={() => save(`${device.booth_id}.log`, lines)}>
              {t("device.log-save")}
            </Button>
            <span className="tabular text-ink-3">{count("device.lines", lines.length)}</span>
          </>
        )}
      </div>
      {log.isError && (
        <p role="alert" className="mt-2 text-high">
          {describe(log.error)}
        </p>
      )}
      {log.data && (
        <div
          ref={end}
          role="log"
          aria-label={t("device.log")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
          tabIndex={0}
          className="mt-3 max-h-96 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-xs leading-5"
        >
          {log.data.dropped > 0 && <p className="text-ink-3">{count("device.dropped", log.data.dropped)}</p>}
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines may be alike and never move
            <p key={index} className={`whitespace-pre-wrap break-words ${ink(line)}`}>
              {line}
            </p>
          ))}
          {lines.length === 0 && <p className="text-ink-3">{t("device.log-none")}</p>}
        </div>
      )}
    </Section>
  );
}
