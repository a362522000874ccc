/** What a page says when it has nothing to show: empty, not found, or failed. */
import type { ReactNode } from "react";
import { ApiError } from "@/api/client";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";

type NoticeProps = { title: string; detail?: string; children?: ReactNode; alert?: boolean };

export function Notice({ title, detail, children, alert = false }: NoticeProps) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-14 text-center"
    >
      <h2 className="font-medium text-base">{title}</h2>
      {detail && <p className="text-balance text-ink-2">{detail}</p>}
      {children && <div className="mt-2 flex max-w-full flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

export function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 0) return t("error.network");
  return t("error.status", { status: error.status, detail: error.detail || error.title });
}

type FailureProps = {
  error: unknown;
  onRetry: () => void;
  /** Said instead where the thing that the address names does not exist, or cannot. */
  missing?: ReactNode;
};

export function Failure({ error, onRetry, missing }: FailureProps) {
  const gone = error instanceof ApiError && (error.status === 404 || error.status === 422);
  if (missing && gone) return missing;
  return (
    <Notice alert title={t("error.title")} detail={describe(error)}>
      <Button onClick={onRetry}>{t("error.retry")}</Button>
    </Notice>
  );
}
