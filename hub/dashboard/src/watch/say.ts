/** Words for the candidate, and their raised hand. */
import { useMutation } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

export function useSay(boothId: string) {
  return useMutation({
    mutationFn: (text: string) =>
      ask(api.POST("/api/v1/booths/{booth_id}/say", { params: { path: { booth_id: boothId } }, body: { text } })),
  });
}

export function useLowerHand(boothId: string) {
  return useMutation({
    mutationFn: () =>
      ask(api.POST("/api/v1/booths/{booth_id}/lower-hand", { params: { path: { booth_id: boothId } } })),
  });
}
