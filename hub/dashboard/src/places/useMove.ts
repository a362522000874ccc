/** Puts a booth into another room at once, says so with a way back, and takes it back where the hub refuses. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import type { Booth, BoothList } from "@/api/types";
import { t } from "@/text/text";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

type Move = { booth: Booth; roomId: string | null; name: string; back?: boolean };

export function useMove(roomName: (id: string | null) => string): (booth: Booth, roomId: string | null) => void {
  const client = useQueryClient();
  const say = useToast();
  const show = (boothId: string, room_id: string | null) =>
    client.setQueryData<BoothList>(
      keys.booths,
      (list) =>
        list && {
          ...list,
          items: list.items.map((item) => (item.booth_id === boothId ? { ...item, room_id } : item)),
        },
    );
  const move = useMutation({
    mutationFn: ({ booth, roomId }: Move) =>
      ask(
        api.PUT("/api/v1/booths/{booth_id}/room", {
          params: { path: { booth_id: booth.booth_id } },
          body: { room_id: roomId },
        }),
      ),
    onMutate: ({ booth, roomId }) => {
      show(booth.booth_id, roomId);
    },
    onError: (error, { booth }) => {
      show(booth.booth_id, booth.room_id);
      say({ text: describe(error), fault: true });
    },
    onSuccess: (_, { booth, roomId, name, back }) => {
      const before = booth.room_id;
      const undo = () =>
        move.mutate({ booth: { ...booth, room_id: roomId }, roomId: before, name: roomName(before), back: true });
      say({ text: t("places.moved", { booth: booth.name, room: name }), ...(back ? {} : { undo }) });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["rooms"] }),
  });
  return (booth, roomId) => {
    if (booth.room_id !== roomId) move.mutate({ booth, roomId, name: roomName(roomId) });
  };
}
