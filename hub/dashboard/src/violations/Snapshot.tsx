/** The snapshot of a violation: a skeleton until the file has arrived, and tried again when loading it failed. */
import { ImageOff } from "lucide-react";
import { useEffect, useState } from "react";
import { evidenceUrl } from "@/api/client";
import type { Evidence, Violation } from "@/api/types";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { Skeleton } from "@/ui/Skeleton";
import { together } from "@/ui/together";
import { sentence } from "@/violations/sentence";

const TRIES_MAX = 4;

export function snapshotOf(violation: Violation): Evidence | undefined {
  return violation.evidence?.find((file) => file.role === "snapshot");
}

type Props = { violation: Violation; className?: string };

export function Snapshot({ violation, className = "" }: Props) {
  const file = snapshotOf(violation);
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<"loading" | "loaded" | "failed">("loading");
  useEffect(() => {
    if (state !== "failed" || tries >= TRIES_MAX) return;
    const timer = setTimeout(
      () => {
        setTries(tries + 1);
        setState("loading");
      },
      1000 * 2 ** tries,
    );
    return () => clearTimeout(timer);
  }, [state, tries]);

  const frame = `relative overflow-hidden bg-sunken ${className}`;
  if (!file || (state === "failed" && tries >= TRIES_MAX)) {
    return (
      <div className={`${frame} grid place-items-center text-ink-3`}>
        <ImageOff size={18} aria-label={t(file ? "violation.snapshot-failed" : "violation.snapshot-none")} />
      </div>
    );
  }
  return (
    <div className={frame}>
      {file.available && (
        <img
          key={tries}
          src={evidenceUrl(file.sha256)}
          alt={t("violation.snapshot-alt", {
            sentence: sentence(violation, hubNow()),
            booth: violation.booth_name,
            time: clock(Date.parse(file.taken_at)),
          })}
          onLoad={() => together(() => setState("loaded"))}
          onError={() => setState("failed")}
          decoding="async"
          loading="lazy"
          className={`size-full object-cover ${state === "loaded" ? "" : "opacity-0"}`}
        />
      )}
      {state !== "loaded" && (
        <div className="absolute inset-0" title={t("violation.snapshot-coming")}>
          <Skeleton className="size-full rounded-none" />
        </div>
      )}
    </div>
  );
}
