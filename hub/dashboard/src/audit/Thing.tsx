/** What an entry is about, with a way to it where there is a page. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AuditEntry } from "@/audit/queries";
import { named } from "@/text/text";

const LINK = "underline-offset-2 hover:underline";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;
const HASH = /^[0-9a-f]{64}$/;

/** Enough of an id to tell it from its neighbours. */
export const short = (id: string) => (UUID.test(id) || HASH.test(id) ? id.slice(0, 8) : id);

function linked(entry: AuditEntry, shown: ReactNode): ReactNode {
  const { object_kind: kind, object_id: id } = entry;
  switch (kind) {
    case "user":
      return (
        <Link to="/people/$username" params={{ username: id }} className={LINK}>
          {shown}
        </Link>
      );
    case "booth":
      return (
        <Link to="/booths/$boothId" params={{ boothId: id }} className={LINK}>
          {shown}
        </Link>
      );
    case "exam_session":
      return (
        <Link to="/exam-sessions/$examSessionId" params={{ examSessionId: id }} className={LINK}>
          {shown}
        </Link>
      );
    default:
      return shown;
  }
}

export function Thing({ entry }: { entry: AuditEntry }) {
  return (
    <span title={entry.object_id}>
      <span className="text-ink-3">{named("thing", entry.object_kind)}</span> {linked(entry, short(entry.object_id))}
    </span>
  );
}
