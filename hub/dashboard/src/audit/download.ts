/** Takes the audit log along, entry by entry, and says how far it is. */
import { ApiError } from "@/api/client";
import type { AuditFilter } from "@/audit/search";

export const FORMS = ["csv", "jsonl"] as const;
export type Form = (typeof FORMS)[number];
export type Progress = {
  entries: number;
  /** 0 to 1, by the number of the last entry that came; null before the first. */
  done: number | null;
};

/** The number of the last whole line: the first cell of a table, or a field of an object. */
export function lastNumber(text: string, form: Form): number | null {
  const matches = [...text.matchAll(form === "csv" ? /^(\d+),\d{4}-/gm : /"number": ?(\d+)/g)];
  const found = matches.at(-1)?.[1];
  return found === undefined ? null : Number(found);
}

export function exportUrl(filter: AuditFilter, form: Form): string {
  return `/api/v1/audit/export?${new URLSearchParams({ ...filter, form })}`;
}

export async function download(
  filter: AuditFilter,
  form: Form,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<Blob> {
  const answer = await fetch(exportUrl(filter, form), { signal, credentials: "same-origin" });
  if (!answer.ok || !answer.body) {
    const body = await answer.json().catch(() => ({}));
    throw new ApiError(answer.status, body.title ?? answer.statusText, body.detail ?? "");
  }
  const newest = Number(answer.headers.get("X-Newest-Entry")) || 0;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = 0;
  let first: number | null = null;
  let done: number | null = null;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parts.push(piece.value as Uint8Array<ArrayBuffer>);
    const text = decoder.decode(piece.value, { stream: true });
    lines += text.split("\n").length - 1;
    const number = lastNumber(text, form);
    if (number !== null) {
      first ??= number;
      done = newest > first ? Math.min(1, (number - first) / (newest - first)) : 1;
    }
    tell({ entries: Math.max(0, lines - (form === "csv" ? 1 : 0)), done });
  }
  return new Blob(parts, { type: answer.headers.get("Content-Type") ?? "" });
}
