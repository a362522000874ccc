/** The recording on a booth's page: nothing where there is none, or where one may not watch the booth. */
import { useQuery } from "@tanstack/react-query";
import { meQuery, recordingQuery } from "@/api/queries";
import type { Booth, Violation } from "@/api/types";
import { extent } from "@/recording/axis";
import { RecordingPlayer } from "@/recording/RecordingPlayer";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { Section } from "@/ui/Facts";

type Props = { booth: Booth; violations: readonly Violation[] };

export function RecordingSection({ booth, violations }: Props) {
  const me = useQuery(meQuery).data;
  const allowed = me != null && (me.booths == null || me.booths.includes(booth.booth_id));
  const recording = useQuery({ ...recordingQuery(booth.booth_id), enabled: allowed }).data;
  const whole = recording && extent(recording);
  if (!whole) return null;
  const aside = t("recording.summary", { from: clock(whole.from), to: clock(whole.to) });
  return (
    <Section title={t("recording.title")} aside={aside}>
      <RecordingPlayer name={booth.name} recording={recording} violations={violations} />
    </Section>
  );
}
