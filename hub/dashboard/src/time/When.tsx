/** A moment: how long ago, the clock time beside it, and UTC on hover. */
import { calmAge, clock, utc } from "@/time/format";
import { useNowAs } from "@/time/now";

type Props = { at: string; show?: "age" | "clock" | "both" };

export function When({ at, show = "both" }: Props) {
  const ms = Date.parse(at);
  const past = useNowAs((now) => (show === "clock" ? "" : calmAge(ms, now)));
  const time = useNowAs((now) => (show === "age" ? "" : clock(ms, now)));
  return (
    <time dateTime={at} title={utc(ms)} className="whitespace-nowrap">
      {past}
      {show === "both" && <span className="text-ink-3"> · </span>}
      {time}
    </time>
  );
}
