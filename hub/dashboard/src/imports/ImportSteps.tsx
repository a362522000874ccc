/** A table from file to done, in three steps: choose it, look at what it would do, confirm. */
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import type { Column } from "@/imports/columns";
import { forPeople, save } from "@/imports/csv";
import { DropFile } from "@/imports/DropFile";
import { MapColumns } from "@/imports/MapColumns";
import { Preview } from "@/imports/Preview";
import { tally } from "@/imports/plan";
import { type Import, type Send, useImport } from "@/imports/useImport";
import { count, t } from "@/text/text";
import { number } from "@/time/format";
import { Button } from "@/ui/Button";
import { describe, Failure } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";

type Props = {
  columns: readonly Column[];
  templateName: string;
  send: Send;
  /** What `send` depends on beside the table. */
  sendKey: string;
  /** Stands above the preview: what else must be said about the file. */
  more?: ReactNode;
  /** Where to go when it is done. */
  next: ReactNode;
};

function saveRefused({ file, planned = [] }: Import) {
  if (!file) return;
  const rows = planned
    .filter(({ fate }) => fate === "refused")
    .map(({ row, problems }) => [
      ...file.sheet.header.map((_, at) => row.cells[at] ?? ""),
      problems.map(({ column, problem }) => (column ? `${column}: ${problem}` : problem)).join("; "),
    ]);
  save(forPeople([...file.sheet.header, t("imports.problem")], rows), `${file.name.replace(/\.\w+$/, "")}-refused.csv`);
}

function RefusedButton({ of, refused }: { of: Import; refused: number }) {
  if (refused === 0) return null;
  return (
    <Button onClick={() => saveRefused(of)}>
      <Download size={15} aria-hidden="true" />
      {count("imports.save-refused", refused)}
    </Button>
  );
}

/** What was done, or is being done. */
function Outcome({ of, next }: { of: Import; next: ReactNode }) {
  const { taken, planned = [] } = of;
  if (!taken) return null;
  const refused = tally(planned).refused;
  const title = !taken.over
    ? t("imports.taking", { done: number(taken.done), of: number(taken.of) })
    : taken.error != null
      ? t("imports.stopped-by", { done: number(taken.done), of: number(taken.of) })
      : t(taken.done < taken.of ? "imports.stopped" : "imports.done", {
          done: number(taken.done),
          of: number(taken.of),
        });
  return (
    <section className="panel flex flex-col gap-3 p-6" aria-live="polite">
      <h2 className="font-semibold text-base">{title}</h2>
      <progress
        className="h-2 w-full overflow-hidden rounded-full accent-accent"
        aria-label={t("imports.progress")}
        value={taken.done}
        max={Math.max(1, taken.of)}
      />
      {taken.over ? (
        <>
          <p className="text-ink-2">
            {t("imports.summary", { added: number(taken.added), changed: number(taken.changed) })}{" "}
            {refused > 0 && count("imports.left-out", refused)}
          </p>
          {taken.error != null && (
            <p role="alert" className="text-high">
              {describe(taken.error)} {t("imports.again-safe")}
            </p>
          )}
          <div className="flex flex-wrap gap-2">
            {next}
            <RefusedButton of={of} refused={refused} />
            <Button onClick={of.again}>{t("imports.another")}</Button>
          </div>
        </>
      ) : (
        <div>
          <Button onClick={of.stop}>{t("imports.stop")}</Button>
        </div>
      )}
    </section>
  );
}

/** What is about to happen in one sentence, and the button that makes it happen. */
function Bar({ of }: { of: Import }) {
  const counts = tally(of.planned ?? []);
  const good = counts.new + counts.changed;
  return (
    <div className="panel sticky top-14 z-20 flex flex-wrap items-center gap-x-4 gap-y-2 border-line-strong p-3">
      <p className="min-w-0 flex-1 basis-72">
        <strong className="font-semibold">
          {good > 0
            ? t("imports.would", { added: number(counts.new), changed: number(counts.changed) })
            : t("imports.would-nothing")}
        </strong>{" "}
        <span className="text-ink-2">
          {counts.refused > 0 && count("imports.would-refuse", counts.refused)}
          {of.truncated && ` ${t("imports.truncated")}`}
        </span>
      </p>
      <RefusedButton of={of} refused={counts.refused} />
      <Button look="bare" onClick={of.again}>
        {t("imports.other-file")}
      </Button>
      <Button look="ink" disabled={good === 0 || of.truncated} onClick={of.take}>
        {count("imports.take", good)}
      </Button>
    </div>
  );
}

export function ImportSteps({ columns, templateName, send, sendKey, more, next }: Props) {
  const all = useImport(columns, send, sendKey);
  const { file, planned, lacks, mapping } = all;
  if (all.taken) return <Outcome of={all} next={next} />;
  if (!file)
    return <DropFile columns={columns} templateName={templateName} unreadable={all.unreadable} onChoose={all.choose} />;
  return (
    <>
      <p className="text-ink-2">
        <strong className="font-medium text-ink">{file.name}</strong> · {count("imports.rows", file.sheet.rows.length)}
        {" · "}
        {t("imports.nothing-yet")}
      </p>
      {file.sheet.guessed && (
        <p role="status" className="rounded-md border border-medium bg-medium-tint px-3 py-2 text-medium">
          {t("imports.guessed")}
        </p>
      )}
      {more}
      <MapColumns
        // Another file opens it anew where its header says something else.
        key={file.name}
        sheet={file.sheet}
        columns={columns}
        mapping={mapping}
        lacks={lacks}
        onChange={all.settle}
      />
      {lacks.length > 0 ? (
        <div>
          <Button onClick={all.again}>{t("imports.other-file")}</Button>
        </div>
      ) : all.failure ? (
        <Failure error={all.failure} onRetry={all.check} />
      ) : planned ? (
        <>
          <Bar of={all} />
          <Preview planned={planned} where={all.where} />
        </>
      ) : (
        <>
          <Loading />
          <p className="text-ink-2">{count("imports.checking", file.sheet.rows.length)}</p>
          <Skeleton className="h-64 w-full rounded-lg" />
        </>
      )}
    </>
  );
}
