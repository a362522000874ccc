/** The only way to the hub's REST API. Every failure leaves here as an `ApiError`. */
import createClient from "openapi-fetch";
import { fetchOnce } from "@/api/early";
import type { paths } from "@/api/schema";

/** What went wrong, in the hub's words (RFC 9457). `status` 0 means that the hub did not answer at all. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail = "",
    readonly retryAfterS: number | null = null,
  ) {
    super(detail || title);
  }
}

/** The header makes every request one that a foreign page cannot send without being asked about it first. */
export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  credentials: "same-origin",
  headers: { "X-Invigil-Request": "1" },
  fetch: (request) => fetchOnce(request),
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer; throws `ApiError` for a problem, a broken body, or no answer. */
export async function ask<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, error instanceof Error ? error.message : String(error));
  }
  if (answer.response.ok) return answer.data as T;
  throw problem(answer.error, answer.response);
}

function problem(body: unknown, response: Response): ApiError {
  const said = (typeof body === "object" && body !== null ? body : {}) as { title?: unknown; detail?: unknown };
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return new ApiError(
    response.status,
    typeof said.title === "string" ? said.title : response.statusText,
    typeof said.detail === "string" ? said.detail : "",
    Number.isFinite(wait) ? wait : null,
  );
}

export function evidenceUrl(sha256: string): string {
  return `/api/v1/evidence/${sha256}`;
}
