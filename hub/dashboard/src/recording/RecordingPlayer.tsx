/** A booth's recording as one video: pieces play one after the other, and a hole is shown as a hole. */
import { Pause, Play, SkipForward } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { Recording, Violation } from "@/api/types";
import { after, extent, nextPiece, spotAt } from "@/recording/axis";
import { PieceVideo } from "@/recording/PieceVideo";
import { RecordingStrip } from "@/recording/RecordingStrip";
import { named, t } from "@/text/text";
import { clock, duration } from "@/time/format";
import { Button } from "@/ui/Button";

/** How long a hole is shown before what follows plays on. */
const HOLE_SHOWN_MS = 2000;

type Props = {
  /** Of the booth. */
  name: string;
  recording: Recording;
  violations?: readonly Violation[];
  /** Another axis leads: where to be, a new object for every jump. The player has no strip of its own then. */
  led?: { at: number } | null | undefined;
  onTime?: (at: number) => void;
  /** What is said behind the end, where there may be more to come. */
  ending?: string | undefined;
};

export function RecordingPlayer({ name, recording, violations = [], led, onTime, ending }: Props) {
  const whole = extent(recording) ?? { from: 0, to: 0 };
  const [at, setAt] = useState(led?.at ?? whole.from);
  const [goal, setGoal] = useState({ at: led?.at ?? whole.from });
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const spot = spotAt(recording, at);
  const piece = spot.kind === "piece" ? spot.segment : null;
  const next = nextPiece(recording, piece ? after(piece) : at + 1);

  const seek = useCallback((to: number) => {
    setFailed(false);
    setAt(to);
    setGoal({ at: to });
  }, []);
  useEffect(() => {
    if (led) seek(led.at);
  }, [led, seek]);
  const go = (to: number) => {
    seek(to);
    onTime?.(to);
  };

  // A hole is looked at for a moment, then what follows plays on.
  const skipTo = spot.kind === "hole" ? Date.parse(spot.hole.ended_at) : null;
  useEffect(() => {
    if (skipTo === null || !playing) return;
    const timer = setTimeout(() => {
      seek(skipTo);
      onTime?.(skipTo);
    }, HOLE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [skipTo, playing, seek, onTime]);

  useEffect(() => {
    if (spot.kind === "end") setPlaying(false);
  }, [spot.kind]);

  const toggle = () => {
    if (spot.kind === "end") go(whole.from);
    setPlaying(!playing);
  };
  const shown = failed ? [] : [piece, playing ? next : null].filter((part) => part != null);

  return (
    <div data-testid="recording">
      <div className="relative grid aspect-video max-h-[56dvh] w-full place-items-center overflow-hidden rounded-lg bg-sunken">
        {shown.map((part) => (
          <PieceVideo
            key={`${part.started_at} ${part.sha256}`}
            segment={part}
            label={t("recording.alt", { name })}
            current={part === piece}
            playing={playing}
            goal={goal}
            onTime={(time) => {
              const now = Math.min(time, after(part) - 1);
              setAt(now);
              onTime?.(now);
            }}
            onEnded={() => go(after(part))}
            onFailed={() => setFailed(true)}
          />
        ))}
        {failed && <p className="text-ink-2">{t("recording.failed")}</p>}
        {spot.kind === "hole" && (
          <div className="hatched grid size-full place-items-center">
            <p role="status" className="rounded-md bg-surface px-3 py-2">
              {t("recording.hole", {
                why: named("recording.hole", spot.hole.reason),
                duration: duration(Date.parse(spot.hole.ended_at) - Date.parse(spot.hole.started_at), false),
              })}
            </p>
          </div>
        )}
        {spot.kind === "end" && <p className="text-ink-2">{ending ?? t("recording.end")}</p>}
      </div>
      <div className="mt-2 flex items-center gap-2">
        <Button size="icon" aria-label={t(playing ? "recording.pause" : "recording.play")} onClick={toggle}>
          {playing ? <Pause size={15} /> : <Play size={15} />}
        </Button>
        <Button
          size="icon"
          look="bare"
          aria-label={t("recording.skip")}
          disabled={!next}
          onClick={() => next && go(Date.parse(next.started_at))}
        >
          <SkipForward size={15} />
        </Button>
        <time className="tabular text-ink-2" data-testid="recording-at">
          {clock(Math.min(at, whole.to))}
        </time>
      </div>
      {led === undefined && (
        <RecordingStrip recording={recording} extent={whole} violations={violations} at={at} onSeek={go} />
      )}
      {recording.truncated && <p className="mt-1 text-ink-3 text-xs">{t("recording.truncated")}</p>}
    </div>
  );
}
