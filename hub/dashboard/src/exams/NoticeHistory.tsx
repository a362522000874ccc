/** Every wording of an exam's notice, each with what changed against the one before. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ExamNotice, noticesQuery } from "@/exams/queries";
import { compare } from "@/exams/words";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Section } from "@/ui/Facts";
import { Failure } from "@/ui/Notice";
import { Segments } from "@/ui/Segments";
import { Skeleton } from "@/ui/Skeleton";

function Changes({ before, after }: { before: string; after: string }) {
  if (before === after) return <p className="text-ink-3">{t("notices.same")}</p>;
  return compare(before, after).map((piece, index) => {
    const key = `${index}-${piece.kind}`;
    if (piece.kind === "same") return <span key={key}>{piece.text}</span>;
    const added = piece.kind === "added";
    const Tag = added ? "ins" : "del";
    return (
      <Tag
        key={key}
        className={added ? "bg-accent/15 decoration-accent decoration-2 underline-offset-2" : "text-ink-3"}
      >
        <span className="sr-only">{t(added ? "notices.added" : "notices.removed")}: </span>
        {piece.text}
      </Tag>
    );
  });
}

function Version({ notice, before, now }: { notice: ExamNotice; before: ExamNotice | undefined; now: boolean }) {
  const [show, setShow] = useState("changes");
  return (
    <li className="py-3">
      <details open={now}>
        <summary className="min-h-6 cursor-pointer">
          <span className="font-medium">{t("notices.version", { version: notice.version })}</span>
          {now && (
            <span className="ml-2 rounded-sm border border-line-strong px-1 text-2xs text-ink-2">
              {t("notices.now")}
            </span>
          )}
          <span className="ml-3 text-ink-3 text-xs">
            <When at={notice.created_at} show="clock" />
          </span>
        </summary>
        <div className="mt-2 flex flex-col items-start gap-2 pl-4">
          {before && (
            <Segments
              label={t("notices.compare", { version: before.version })}
              value={show}
              choices={[
                { value: "changes", label: t("notices.changes") },
                { value: "whole", label: t("notices.whole") },
              ]}
              onChange={(next) => setShow(next || "changes")}
            />
          )}
          <p className="text-ink-3 text-xs">
            {before ? t("notices.compare", { version: before.version }) : t("notices.first")}
          </p>
          <div className="max-w-prose whitespace-pre-line text-pretty [overflow-wrap:anywhere]">
            {before && show === "changes" ? (
              <Changes before={before.text} after={notice.text} />
            ) : (
              notice.text || <span className="text-ink-3">{t("exam.preview-empty")}</span>
            )}
          </div>
        </div>
      </details>
    </li>
  );
}

export function NoticeHistory({ examId }: { examId: string }) {
  const query = useQuery(noticesQuery(examId));
  const items = query.data?.items;
  return (
    <Section title={t("notices.title")}>
      <p className="text-ink-3 text-xs">{t("notices.detail")}</p>
      {query.error ? (
        <Failure error={query.error} onRetry={() => query.refetch()} />
      ) : !items ? (
        <Skeleton className="h-16" />
      ) : (
        <ol className="divide-y divide-line">
          {items.map((notice, index) => (
            <Version key={notice.version} notice={notice} before={items[index + 1]} now={index === 0} />
          ))}
        </ol>
      )}
    </Section>
  );
}
