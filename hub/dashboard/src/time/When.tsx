/** A moment: how long ago, the clock time beside it, and UTC on hover. */
import { age, clock, utc } from "@/time/format";
import { useNow } from "@/time/now";

type Props = { at: string; show?: "age" | "clock" | "both" };

export function When({ at, show = "both" }: Props) {
  const now = useNow();
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={utc(ms)} className="whitespace-nowrap">
      {show !== "clock" && age(ms, now)}
      {show === "both" && <span className="text-ink-3"> · </span>}
      {show !== "age" && clock(ms, now)}
    </time>
  );
}
