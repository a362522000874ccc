/** Where a table is chosen or dropped, with what it must look like and a template to begin with. */
import { Download, FileUp } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import type { Column } from "@/imports/columns";
import { forPeople, MAX_ROWS, save, type UnreadableError } from "@/imports/csv";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { Button } from "@/ui/Button";

type Props = {
  columns: readonly Column[];
  templateName: string;
  unreadable: UnreadableError | null;
  onChoose: (file: Blob, name: string) => void;
};

export function DropFile({ columns, templateName, unreadable, onChoose }: Props) {
  const [over, setOver] = useState(false);
  const id = useId();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onChoose(file, file.name);
  };
  const template = () =>
    save(
      forPeople(
        columns.map(({ name }) => name),
        [columns.map(({ example }) => example)],
      ),
      templateName,
    );
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the field inside is everybody's */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`flex flex-col items-center gap-3 rounded-lg border-2 border-dashed px-6 py-12 text-center transition-colors ${over ? "border-accent bg-hover" : "border-line-strong bg-surface"}`}
      >
        <FileUp size={28} aria-hidden="true" className="text-ink-3" />
        <p className="font-medium text-base">{t("imports.drop")}</p>
        <p className="text-balance text-ink-2">{t("imports.drop-detail", { rows: number(MAX_ROWS) })}</p>
        <div className="mt-1 flex flex-wrap justify-center gap-2">
          <label
            htmlFor={id}
            className="inline-flex h-9 cursor-pointer items-center rounded-md bg-ink px-3 font-medium text-ground focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2 hover:opacity-90"
          >
            {t("imports.choose")}
            <input
              id={id}
              type="file"
              accept=".csv,.txt,.tsv,text/csv,text/tab-separated-values"
              className="sr-only"
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = "";
                if (file) onChoose(file, file.name);
              }}
            />
          </label>
          <Button onClick={template}>
            <Download size={15} aria-hidden="true" />
            {t("imports.template")}
          </Button>
        </div>
        {unreadable && (
          <p role="alert" className="mt-2 max-w-md text-balance text-high">
            {t(`imports.unreadable-${unreadable.why}`)}
          </p>
        )}
      </div>
      <section className="panel p-4">
        <h2 className="mb-2 font-semibold">{t("imports.columns")}</h2>
        <dl className="divide-y divide-line">
          {columns.map((column) => (
            <div key={column.name} className="flex flex-wrap items-baseline gap-x-3 py-1.5">
              <dt className="w-52 shrink-0">
                <code className="font-mono text-xs">{column.name}</code>
                {column.needed && <span className="ml-2 text-ink-3 text-xs">{t("imports.needed")}</span>}
              </dt>
              <dd className="min-w-0 text-ink-2">
                {column.label}
                <span className="text-ink-3"> · {t("imports.example", { example: column.example })}</span>
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}
