/** Begins a rollout: of which release, over which devices, in which phases, and when it stops by itself. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { roomsQuery, sitesQuery } from "@/places/queries";
import { t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { describe } from "@/ui/Notice";
import { phasesOf, phaseText, WAYS, type Way } from "@/updates/plan";
import { forgetUpdates, type Release } from "@/updates/queries";

const MINUTE_S = 60;

/** `room b1`, `site berlin`, or nothing: every device that one may look after. */
function scopeOf(where: string): { site_id?: string; room_id?: string } {
  const [kind, id] = where.split(" ");
  if (kind === "room" && id) return { room_id: id };
  return kind === "site" && id ? { site_id: id } : {};
}

export function RolloutDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const sites = useQuery(sitesQuery).data?.items ?? [];
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  const [where, setWhere] = useState("");
  const [way, setWay] = useState<Way>("careful");
  const [failures, setFailures] = useState(0);
  const [settle, setSettle] = useState(10);
  const [older, setOlder] = useState(false);
  const start = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/rollouts", {
          body: {
            version: release.version,
            ...scopeOf(where),
            phases: phasesOf(way),
            max_failures: failures,
            healthy_within_s: 30 * MINUTE_S,
            settle_s: settle * MINUTE_S,
            allow_older: older,
          },
        }),
      ),
    onSuccess: ({ rollout }) => navigate({ to: "/updates/$rolloutId", params: { rolloutId: rollout.rollout_id } }),
    onSettled: () => forgetUpdates(client),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!start.isPending) start.mutate();
  };
  return (
    <Modal
      open
      title={t("rollout.of", { version: release.version })}
      lead={t("rollout.lead")}
      onOpenChange={(open) => !open && onClose()}
    >
      <form onSubmit={send} className="flex flex-col gap-4">
        <Field label={t("rollout.where")}>
          {(field) => (
            <select {...field} value={where} onChange={(event) => setWhere(event.target.value)}>
              <option value="">{t("rollout.everywhere")}</option>
              {sites
                .filter((site) => !site.archived_at)
                .map((site) => (
                  <option key={site.site_id} value={`site ${site.site_id}`}>
                    {t("scope.site", { site: site.name })}
                  </option>
                ))}
              {rooms
                .filter((room) => !room.archived_at)
                .map((room) => (
                  <option key={room.room_id} value={`room ${room.room_id}`}>
                    {room.name}
                  </option>
                ))}
            </select>
          )}
        </Field>
        <Field
          label={t("rollout.way")}
          hint={t("rollout.way-hint", { phases: phasesOf(way).map(phaseText).join(t("rollout.then")) })}
        >
          {(field) => (
            <select {...field} value={way} onChange={(event) => setWay(event.target.value as Way)}>
              {(Object.keys(WAYS) as Way[]).map((each) => (
                <option key={each} value={each}>
                  {t(`rollout.way.${each}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label={t("rollout.failures")} hint={t("rollout.failures-hint")}>
            {(field) => (
              <input
                {...field}
                type="number"
                min={0}
                max={1000}
                value={failures}
                onChange={(event) => setFailures(event.target.valueAsNumber || 0)}
              />
            )}
          </Field>
          <Field label={t("rollout.settle")} hint={t("rollout.settle-hint")}>
            {(field) => (
              <input
                {...field}
                type="number"
                min={0}
                max={10_000}
                value={settle}
                onChange={(event) => setSettle(event.target.valueAsNumber || 0)}
              />
            )}
          </Field>
        </div>
        <label className="flex min-h-6 items-start gap-2">
          <input
            type="checkbox"
            checked={older}
            onChange={(event) => setOlder(event.target.checked)}
            className="mt-0.5 size-4 accent-accent"
          />
          {t("rollout.older")}
        </label>
        {start.isError && (
          <p role="alert" className="text-high">
            {describe(start.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="bare" onClick={onClose}>
            {t("places.cancel")}
          </Button>
          <Button type="submit" look="ink" disabled={start.isPending}>
            {t("rollout.begin")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
