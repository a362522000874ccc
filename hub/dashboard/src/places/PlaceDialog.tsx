/** Makes a site or a room, or gives one of them or a booth another name. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { keys } from "@/api/queries";
import { slug } from "@/places/NewBoothFields";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";

export type Wish =
  | { what: "new-site" }
  | { what: "new-room"; siteId: string; siteName: string }
  | { what: "rename-site" | "rename-room"; id: string; name: string };

type Props = { wish: Wish; taken: ReadonlySet<string>; onClose: () => void };

function send(wish: Wish, id: string, name: string): Promise<unknown> {
  switch (wish.what) {
    case "new-site":
      return ask(api.POST("/api/v1/sites", { body: { site_id: id, name } }));
    case "new-room":
      return ask(api.POST("/api/v1/rooms", { body: { room_id: id, site_id: wish.siteId, name } }));
    case "rename-site":
      return ask(api.PATCH("/api/v1/sites/{site_id}", { params: { path: { site_id: wish.id } }, body: { name } }));
    case "rename-room":
      return ask(api.PATCH("/api/v1/rooms/{room_id}", { params: { path: { room_id: wish.id } }, body: { name } }));
  }
}

export function PlaceDialog({ wish, taken, onClose }: Props) {
  const client = useQueryClient();
  const isNew = wish.what === "new-site" || wish.what === "new-room";
  const [name, setName] = useState("name" in wish ? wish.name : "");
  const [id, setId] = useState("");
  const [told, setTold] = useState(false);
  const save = useMutation({
    mutationFn: () => send(wish, id, name.trim()),
    onSuccess: onClose,
    onSettled: () => {
      for (const queryKey of [["sites"], ["rooms"], keys.booths]) void client.invalidateQueries({ queryKey });
    },
  });
  const faults = {
    name: name.trim() ? undefined : t("places.name-needed"),
    id: !isNew
      ? undefined
      : taken.has(id)
        ? t("places.id-taken")
        : /^[a-z0-9][a-z0-9-]{0,39}$/.test(id)
          ? undefined
          : t("places.id-needed"),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTold(true);
    if (!faults.name && !faults.id) save.mutate();
  };
  return (
    <Modal
      open
      title={t(`places.${wish.what}`)}
      onOpenChange={(open) => !open && onClose()}
      {...(wish.what === "new-room" ? { lead: t("places.in-site", { site: wish.siteName }) } : {})}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("places.name")} error={told ? faults.name : undefined}>
          {(field) => (
            <input
              {...field}
              value={name}
              maxLength={120}
              onChange={(event) => {
                const next = event.target.value;
                if (id === slug(name)) setId(slug(next));
                setName(next);
              }}
            />
          )}
        </Field>
        {isNew && (
          <Field label={t("places.id")} hint={t("places.id-hint")} error={told ? faults.id : undefined}>
            {(field) => (
              <input
                {...field}
                value={id}
                maxLength={40}
                spellCheck={false}
                autoCapitalize="none"
                onChange={(event) => setId(event.target.value)}
              />
            )}
          </Field>
        )}
        {save.isError && (
          <p role="alert" className="text-high">
            {describe(save.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("places.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={save.isPending}>
            {t(isNew ? "places.create" : "places.rename")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
