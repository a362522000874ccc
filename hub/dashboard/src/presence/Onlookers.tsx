/** Who else has this booth before them, on the page of a booth or of an exam session. */
import { useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { meQuery } from "@/api/queries";
import type { Looking } from "@/api/types";
import { presenceQuery } from "@/presence/queries";
import { count, t } from "@/text/text";

/** `Grace Hopper (live)`: a name, and whether they see live pictures. */
export function named(person: Looking): string {
  const name = person.display_name || person.username;
  return person.live ? t("presence.live", { name }) : name;
}

export function Onlookers({ boothId }: { boothId: string }) {
  const me = useQuery(meQuery).data?.username;
  const there = useQuery(presenceQuery).data?.items.find((each) => each.booth_id === boothId);
  const others = there?.people.filter((person) => person.username !== me) ?? [];
  if (others.length === 0) return null;
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2" data-testid="onlookers">
      <Eye size={14} aria-hidden="true" />
      {count("presence.also", others.length, { names: others.map(named).join(", ") })}
    </span>
  );
}
