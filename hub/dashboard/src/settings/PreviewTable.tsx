/** What a run would delete, class by class. */
import type { Preview } from "@/settings/queries";
import { t } from "@/text/text";
import { bytes, number } from "@/time/format";
import { When } from "@/time/When";
import { Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";

type Line = Preview["items"][number];

const COLUMNS: Column<Line>[] = [
  {
    name: t("retention.class"),
    heads: true,
    show: ({ data_class }) => <span className="font-medium">{t(`retention.class-${data_class}`)}</span>,
  },
  {
    name: t("retention.kept"),
    show: ({ days }) => (days === null ? t("retention.for-ever") : t("retention.days-value", { days })),
  },
  { name: t("retention.files"), show: ({ files }) => number(files) },
  { name: t("retention.rows"), show: ({ rows }) => number(rows) },
  { name: t("retention.size"), show: ({ size_bytes }) => (size_bytes ? bytes(size_bytes) : t("booth.unknown")) },
  {
    name: t("retention.oldest"),
    show: ({ oldest }) => (oldest ? <When at={oldest} show="clock" /> : t("booth.unknown")),
  },
  {
    name: t("retention.held"),
    show: ({ held }) => <span title={t("retention.held-detail")}>{number(held)}</span>,
  },
];

export const goes = ({ items }: Preview) => items.reduce((sum, { files, rows }) => sum + files + rows, 0);

export function PreviewTable({ preview }: { preview: Preview }) {
  return (
    <Table
      label={t("retention.tab-next")}
      columns={COLUMNS}
      items={preview.items}
      rowKey={({ data_class }) => data_class}
      onRetry={() => undefined}
      empty={<Notice title={t("retention.nothing-due")} />}
    />
  );
}
