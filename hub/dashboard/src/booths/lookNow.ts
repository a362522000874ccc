/** Asking a booth for a picture now, and what to say when none comes. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError, api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Booth, BoothList } from "@/api/types";
import { t } from "@/text/text";
import { describe } from "@/ui/Notice";

const PROBLEM_SHOWN_MS = 10_000;

export function lookProblem(error: unknown): string {
  if (error instanceof ApiError && error.status === 409) return t("booth.look-offline");
  if (error instanceof ApiError && error.status === 504) return t("booth.look-timeout");
  if (error instanceof ApiError && error.status !== 0) return t("booth.look-failed", { detail: error.message });
  return describe(error);
}

export function useLookNow(booth: Pick<Booth, "booth_id">) {
  const client = useQueryClient();
  const look = useMutation({
    mutationFn: () =>
      ask(api.POST("/api/v1/booths/{booth_id}/snapshot", { params: { path: { booth_id: booth.booth_id } } })),
    onSuccess: (picture) =>
      client.setQueryData<BoothList>(
        keys.booths,
        (list) =>
          list && {
            ...list,
            items: list.items.map((item) => (item.booth_id === booth.booth_id ? { ...item, picture } : item)),
          },
      ),
  });
  const { isError, reset } = look;
  useEffect(() => {
    if (!isError) return;
    const timer = setTimeout(reset, PROBLEM_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isError, reset]);
  return look;
}
