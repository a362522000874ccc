/** The recording of an exam session where the timeline's playhead is. It plays on, and moves the playhead. */
import { useEffect, useRef, useState } from "react";
import type { ExamSession } from "@/api/types";
import { RecordingPlayer } from "@/recording/RecordingPlayer";
import { t } from "@/text/text";
import { useSession } from "@/timeline/useSession";

type Props = { examSession: ExamSession; at: number | null; onSeek: (at: number) => void };

export function SessionReplay({ examSession, at, onSeek }: Props) {
  const { recording, pending, alive } = useSession(examSession);
  // What the player told is where it is already: only what comes from elsewhere makes it jump.
  const told = useRef<number | null>(null);
  const [goal, setGoal] = useState<{ at: number } | null>(at === null ? null : { at });
  useEffect(() => {
    if (at === null || at === told.current) return;
    told.current = at;
    setGoal({ at });
  }, [at]);
  if (pending) return null;
  if (!recording || recording.segments.length === 0) {
    return alive && at === null ? null : <p className="py-6 text-center text-ink-3">{t("timeline.not-recorded")}</p>;
  }
  return (
    <RecordingPlayer
      name={examSession.booth_name ?? ""}
      recording={recording}
      led={goal}
      ending={alive ? t("timeline.recording-coming") : undefined}
      onTime={(now) => {
        told.current = now;
        onSeek(now);
      }}
    />
  );
}
