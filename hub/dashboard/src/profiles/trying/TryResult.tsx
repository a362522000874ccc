/** What came of a try: lanes, the clip beneath them, and the same as a table. */
import { useEffect, useMemo, useRef, useState } from "react";
import { spanName, TryLanes } from "@/profiles/trying/TryLanes";
import type { Begun, TrySpan, TryView } from "@/profiles/trying/tries";
import { SECONDS_MAX } from "@/profiles/trying/tries";
import { count, t } from "@/text/text";
import { duration, number } from "@/time/format";
import { Button } from "@/ui/Button";
import { type Column, Table } from "@/ui/Table";
import { valueText } from "@/violations/Measure";
import { SeverityMark } from "@/violations/Severity";

type Row = { key: string; title: string; span: TrySpan };

const value = (measured: number | null | undefined, unit: string) =>
  measured == null ? "–" : valueText(measured, unit);

/** The clip as the browser has it; nothing is asked of the hub for it. */
function useClip(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

function Told({ begun, result }: { begun: Begun; result: TryView }) {
  const untried = (["speech", "person_changed"] as const).filter((rule) =>
    begun.tried.some(({ rules }) => rules[rule]?.enabled),
  );
  const left = result.found.reduce((sum, { left_out }) => sum + (left_out ?? 0), 0);
  return (
    <ul className="flex flex-col gap-0.5 text-ink-2 text-xs">
      {result.cut && <li>{t("trying.cut", { seconds: SECONDS_MAX })}</li>}
      {untried.length > 0 && (
        <li>{t("trying.untried", { rules: untried.map((rule) => t(`rule.${rule}`)).join(", ") })}</li>
      )}
      {begun.tried.some(({ rules }) => rules.looking_away.enabled) && <li>{t("trying.straight")}</li>}
      {result.blind
        .filter((line) => !line.startsWith("voice:"))
        .map((line) => (
          <li key={line}>{t("trying.blind", { line })}</li>
        ))}
      {left > 0 && <li>{count("trying.left-out", left)}</li>}
    </ul>
  );
}

export function TryResult({ begun, result }: { begun: Begun; result: TryView }) {
  const video = useRef<HTMLVideoElement>(null);
  const [at, setAt] = useState(0);
  const [whole, setWhole] = useState(0);
  const url = useClip(begun.file);
  const length = Math.max(1, result.looked_s, Math.min(SECONDS_MAX, Number.isFinite(whole) ? whole : 0));
  const rows = useMemo<Row[]>(
    () =>
      result.found
        .flatMap(({ spans }, index) =>
          spans.map((span) => ({
            key: `${index} ${span.kind} ${span.label} ${span.started_s}`,
            title: begun.tried[index]?.title ?? "",
            span,
          })),
        )
        .sort((one, other) => one.span.started_s - other.span.started_s),
    [begun, result],
  );
  const seek = (to: number) => {
    if (video.current) video.current.currentTime = to;
    setAt(to);
  };
  const columns: Column<Row>[] = [
    {
      name: t("trying.from"),
      show: ({ span }) => (
        <Button
          size="sm"
          onClick={() => seek(span.started_s)}
          aria-label={t("trying.seek", { what: spanName(span), s: number(span.started_s, 1) })}
        >
          {t("time.s", { s: number(span.started_s, 1) })}
        </Button>
      ),
    },
    { name: t("trying.kind"), show: ({ span }) => spanName(span), heads: true },
    { name: t("trying.profile"), show: ({ title }) => title },
    {
      name: t("field.severity"),
      show: ({ span }) => (
        <span className="inline-flex items-center gap-1.5">
          <SeverityMark severity={span.severity} label={false} />
          {t(`severity.${span.severity}`)}
        </span>
      ),
    },
    { name: t("trying.lasted"), show: ({ span }) => duration((span.ended_s - span.started_s) * 1000) },
    {
      name: t("trying.measured"),
      show: ({ span }) =>
        t("trying.measured-of", {
          measured: value(span.measured, span.unit ?? ""),
          limit: value(span.limit, span.unit ?? ""),
        }),
    },
  ];
  return (
    <div className="mt-4 flex flex-col gap-4">
      <p role="status" className="font-medium">
        {begun.tried
          .map(({ title }, index) =>
            t("trying.sum", { title, spans: count("trying.spans", result.found[index]?.spans.length ?? 0) }),
          )
          .join(" · ")}
      </p>
      <TryLanes tried={begun.tried} found={result.found} length={length} at={at} onSeek={seek} />
      <video
        ref={video}
        src={url}
        controls
        muted
        playsInline
        preload="auto"
        aria-label={t("trying.clip", { name: begun.file.name })}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onLoadedMetadata={(event) => setWhole(event.currentTarget.duration)}
        className="max-h-96 w-full max-w-2xl rounded-lg bg-sunken"
      />
      <Told begun={begun} result={result} />
      <Table
        label={t("trying.table")}
        columns={columns}
        items={rows}
        rowKey={({ key }) => key}
        onRetry={() => undefined}
        empty={<p className="p-4 text-ink-2">{t("trying.nothing")}</p>}
      />
    </div>
  );
}
