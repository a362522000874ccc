/** What can be asked of one device from afar, and what came of it since the page was opened. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Camera, Check, Lightbulb, RotateCcw, X } from "lucide-react";
import { useState } from "react";
import { boothsQuery, meQuery } from "@/api/queries";
import type { Device } from "@/api/types";
import { BoothPicture } from "@/booths/Picture";
import { identify, restart, silence } from "@/devices/asks";
import { forgetDevices } from "@/devices/queries";
import { t } from "@/text/text";
import { clock } from "@/time/format";
import { hubNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Section } from "@/ui/Facts";
import { describe } from "@/ui/Notice";

const KEPT = 8;

type Result = { id: number; at: number; act: string; said: string; ok: boolean };

export function Commands({ device }: { device: Device }) {
  const client = useQueryClient();
  const me = useQuery(meQuery).data;
  const booth = useQuery(boothsQuery).data?.items.find(({ booth_id }) => booth_id === device.booth_id);
  const [results, setResults] = useState<Result[]>([]);
  const [restarting, setRestarting] = useState(false);
  const [looking, setLooking] = useState(false);
  const silent = silence(device);
  const tell = (act: string, said: string, ok: boolean) =>
    setResults((old) => [{ id: (old[0]?.id ?? 0) + 1, at: hubNow(), act, said, ok }, ...old].slice(0, KEPT));
  const run = useMutation({
    mutationFn: async ({ act, todo }: { act: string; todo: () => Promise<string> }) => {
      try {
        tell(act, await todo(), true);
      } catch (error) {
        tell(act, describe(error), false);
      }
    },
    onSettled: () => forgetDevices(client),
  });
  const force = device.exam_session_on;
  const may = !force || me?.role === "admin";
  return (
    <Section title={t("device.commands")}>
      <div className="flex flex-wrap gap-2 pt-1">
        <Button
          disabled={silent !== null || run.isPending}
          onClick={() => run.mutate({ act: t("device.identify"), todo: () => identify(device) })}
        >
          <Lightbulb size={15} aria-hidden="true" />
          {t("device.identify")}
        </Button>
        {me?.permissions.includes("booths.watch") && booth && (
          <Button disabled={silent !== null} aria-expanded={looking} onClick={() => setLooking((shown) => !shown)}>
            <Camera size={15} aria-hidden="true" />
            {t("device.picture")}
          </Button>
        )}
        <Button disabled={silent !== null || run.isPending || !may} onClick={() => setRestarting(true)}>
          <RotateCcw size={15} aria-hidden="true" />
          {t("device.restart")}
        </Button>
      </div>
      {silent !== null && <p className="mt-2 text-ink-2">{silent}</p>}
      {silent === null && !may && <p className="mt-2 text-ink-2">{t("device.restart-refused")}</p>}
      {looking && booth && (
        <div className="mt-3 max-w-md overflow-hidden rounded-md border border-line">
          <BoothPicture booth={booth} className="aspect-video" />
        </div>
      )}
      <div role="log" aria-label={t("device.results")}>
        <ol className="tabular mt-3 flex flex-col gap-1 empty:hidden">
          {results.map(({ id, at, act, said, ok }) => (
            <li key={id} className="flex items-baseline gap-2">
              {ok ? (
                <Check size={13} className="shrink-0 self-center text-accent" aria-label={t("device.ok")} />
              ) : (
                <X size={13} className="shrink-0 self-center text-high" aria-label={t("device.refused")} />
              )}
              <span className="text-ink-3">{clock(at)}</span>
              <span>
                {act}: <span className={ok ? "text-ink-2" : "text-high"}>{said}</span>
              </span>
            </li>
          ))}
        </ol>
      </div>
      {restarting && (
        <Confirm
          title={t("device.restart")}
          lead={force ? t("device.restart-force-lead") : t("device.restart-lead")}
          act={t("device.restart")}
          {...(force ? { word: device.booth_id } : {})}
          onClose={() => setRestarting(false)}
          onDo={() => {
            setRestarting(false);
            run.mutate({ act: t("device.restart"), todo: () => restart(device, force) });
          }}
        />
      )}
    </Section>
  );
}
