/** One booth: its picture, live when asked, the talk with the candidate, its last hour, how its device is doing, and its violations. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useMemo, useState } from "react";
import { boothsQuery, gapsQuery, recentQuery } from "@/api/queries";
import type { Booth, ExamSession, SittingState } from "@/api/types";
import { AvailabilityChip } from "@/booths/Availability";
import { BoothHealth } from "@/booths/BoothHealth";
import { Detectors } from "@/booths/Detectors";
import { GapList } from "@/booths/GapList";
import { TIMELINE_MINUTES, Timeline } from "@/booths/Timeline";
import { Onlookers } from "@/presence/Onlookers";
import { useLooking } from "@/presence/useLooking";
import { RecordingSection } from "@/recording/RecordingSection";
import { t } from "@/text/text";
import { age } from "@/time/format";
import { useNow } from "@/time/now";
import { SessionReplay } from "@/timeline/SessionReplay";
import { SessionTimeline } from "@/timeline/SessionTimeline";
import { Section } from "@/ui/Facts";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { BundleDownload } from "@/violations/BundleDownload";
import { Feed } from "@/violations/Feed";
import { LivePicture } from "@/watch/LivePicture";
import { TalkBar } from "@/watch/TalkBar";
import { useTalk } from "@/watch/useTalk";
import { useView } from "@/watch/useView";
import { Watchers } from "@/watch/Watchers";

const GAPS_SHOWN = 8;

function HealthSection({ booth }: { booth: Booth }) {
  const now = useNow();
  const at = booth.health ? t("booth.health-at", { age: age(Date.parse(booth.health.at), now) }) : undefined;
  return (
    <Section title={t("booth.health")} aside={at}>
      <BoothHealth booth={booth} />
    </Section>
  );
}

const SITS = new Set<SittingState>(["admitted", "in_progress", "paused", "on_break"]);

/** While somebody sits there, the timeline is the exam session's. */
function SittingSection({ session }: { session: ExamSession }) {
  const [at, setAt] = useState<number | null>(null);
  return (
    <Section title={t("timeline.title")}>
      <SessionTimeline examSession={session} at={at} onSeek={setAt} />
      {at !== null && <SessionReplay examSession={session} at={at} onSeek={setAt} />}
    </Section>
  );
}

function BoothView({ booth }: { booth: Booth }) {
  const id = booth.booth_id;
  const recent = useQuery(recentQuery(TIMELINE_MINUTES, id)).data ?? [];
  const gaps = useQuery(gapsQuery(id)).data?.items ?? [];
  const filter = useMemo(() => ({ booth_id: id }), [id]);
  useLooking(id);
  const view = useView(id);
  const talk = useTalk(id);
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_368px]">
      <div className="flex min-w-0 flex-col gap-4">
        <LivePicture booth={booth} view={view} />
        <TalkBar booth={booth} talk={talk} />
        {booth.exam_session && SITS.has(booth.exam_session.state) ? (
          <SittingSection key={booth.exam_session.exam_session_id} session={booth.exam_session} />
        ) : (
          <Section title={t("booth.timeline")}>
            <Timeline booth={booth} violations={recent} gaps={gaps} />
          </Section>
        )}
        <RecordingSection booth={booth} violations={recent} />
        <section className="panel p-2">
          <div className="flex items-center justify-between gap-4 p-2">
            <h2 className="font-semibold">{t("booth.violations")}</h2>
            <BundleDownload boothId={id} />
          </div>
          <Feed filter={filter} showBooth={false} />
        </section>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        {booth.health && booth.health.viewers.length > 0 && (
          <Section title={t("watch.title")}>
            <Watchers health={booth.health} />
          </Section>
        )}
        {booth.health && (
          <Section title={t("booth.detectors")}>
            <Detectors detectors={booth.health.detectors} />
          </Section>
        )}
        <HealthSection booth={booth} />
        {gaps.length > 0 && (
          <Section title={t("gap.title")}>
            <GapList gaps={gaps.slice(0, GAPS_SHOWN)} />
          </Section>
        )}
      </div>
    </div>
  );
}

export function BoothPage() {
  const { boothId } = useParams({ from: "/shell/booths/$boothId" });
  const booths = useQuery(boothsQuery);
  const booth = booths.data?.items.find((item) => item.booth_id === boothId);
  if (booths.isPending) {
    return (
      <div className="p-4 md:p-6">
        <Loading />
        <Skeleton className="mb-4 h-6 w-48" />
        <Skeleton className="h-[56dvh] w-full rounded-lg" />
      </div>
    );
  }
  if (!booths.data) return <Failure error={booths.error} onRetry={() => booths.refetch()} />;
  const back = (
    <Link to="/booths" className="inline-flex items-center gap-1.5 text-ink-2 hover:text-ink">
      <ArrowLeft size={15} aria-hidden="true" />
      {t("booth.back")}
    </Link>
  );
  if (!booth) {
    return (
      <Notice title={t("booth.missing", { id: boothId })} detail={t("booth.missing-detail")}>
        {back}
      </Notice>
    );
  }
  return (
    <Page
      title={booth.name}
      aside={
        <>
          <AvailabilityChip booth={booth} />
          <Onlookers boothId={booth.booth_id} />
          <code className="font-mono text-ink-3 text-xs">{booth.booth_id}</code>
          <span className="ml-auto">{back}</span>
        </>
      }
    >
      <BoothView key={boothId} booth={booth} />
    </Page>
  );
}
