/** What may be done to a site or a room. Archiving says why it cannot be, and can be taken back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { MoreHorizontal } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { api, ask } from "@/api/client";
import { t } from "@/text/text";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

type Props = { kind: "site" | "room"; id: string; name: string; archived: boolean; onRename: () => void };

function archive(kind: Props["kind"], id: string, archived: boolean): Promise<unknown> {
  const body = { archived };
  return kind === "site"
    ? ask(api.PATCH("/api/v1/sites/{site_id}", { params: { path: { site_id: id } }, body }))
    : ask(api.PATCH("/api/v1/rooms/{room_id}", { params: { path: { room_id: id } }, body }));
}

export function PlaceMenu({ kind, id, name, archived, onRename }: Props) {
  const client = useQueryClient();
  const say = useToast();
  const turn = useMutation({
    mutationFn: (wanted: boolean) => archive(kind, id, wanted),
    onSuccess: (_, wanted) =>
      say({
        text: t(wanted ? "places.was-archived" : "places.was-taken", { name }),
        ...(wanted ? { undo: () => turn.mutate(false) } : {}),
      }),
    onError: (error) => say({ text: describe(error), fault: true }),
    onSettled: () => {
      for (const queryKey of [["sites"], ["rooms"]]) void client.invalidateQueries({ queryKey });
    },
  });
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={t("places.menu", { name })}
        className="grid size-7 shrink-0 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
      >
        <MoreHorizontal size={16} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className="menu">
          <DropdownMenu.Item className="menu-item" onSelect={onRename}>
            {t("places.rename")}…
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => turn.mutate(!archived)}>
            {t(archived ? "places.take" : "places.archive")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
