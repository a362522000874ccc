/** What a violation looked like: its clip where the hub has it, else the snapshot and why there is no clip. */
import { useState } from "react";
import { evidenceUrl } from "@/api/client";
import type { Evidence, Violation } from "@/api/types";
import { ClipPlayer } from "@/footage/ClipPlayer";
import { named, t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { Snapshot, snapshotOf } from "@/violations/Snapshot";

export function evidenceOf(violation: Violation, role: Evidence["role"]): Evidence | undefined {
  const files = violation.evidence?.filter((file) => file.role === role) ?? [];
  return files.find((file) => file.available) ?? files[0];
}

/** Why no clip is shown; null where nobody expects one. */
function absence(clip: Evidence | undefined, failed: boolean): string | null {
  if (!clip) return null;
  if (clip.available) return failed ? t("footage.failed") : null;
  if (clip.deleted_at) return t("footage.deleted", { at: clock(Date.parse(clip.deleted_at), hubNow()) });
  if (clip.dropped) return t("footage.dropped", { reason: named("drop", clip.dropped) });
  return t("footage.coming");
}

export function Footage({ violation }: { violation: Violation }) {
  const [failed, setFailed] = useState(false);
  const clip = evidenceOf(violation, "clip");
  if (clip?.available && !failed) {
    const snapshot = snapshotOf(violation);
    return (
      <ClipPlayer
        key={clip.sha256}
        violation={violation}
        clip={clip}
        boxes={evidenceOf(violation, "boxes")}
        poster={snapshot?.available ? evidenceUrl(snapshot.sha256) : undefined}
        onFailed={() => setFailed(true)}
      />
    );
  }
  const why = absence(clip, failed);
  return (
    <div>
      <Snapshot violation={violation} className="aspect-[4/3] w-full rounded-lg" />
      {why && <p className="mt-1 text-ink-2 text-xs">{why}</p>}
    </div>
  );
}
