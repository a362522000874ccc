/** What is asked of all chosen devices, one after the other in small groups, with how far it is and who refused. */
import { useState } from "react";
import type { Device } from "@/api/types";
import { identify, restart, silence } from "@/devices/asks";
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { describe } from "@/ui/Notice";

const AT_ONCE = 4;

type Going = { act: string; done: number; all: number; failed: { name: string; why: string }[] };

type Props = { devices: Device[]; onClear: () => void };

export function BulkBar({ devices, onClear }: Props) {
  const [going, setGoing] = useState<Going | null>(null);
  const [asking, setAsking] = useState(false);
  if (devices.length === 0 && !going) return null;
  const busy = going !== null && going.done < going.all;
  const sitting = devices.filter((device) => device.exam_session_on).length;

  const run = async (act: string, todo: (device: Device) => Promise<unknown>) => {
    const waiting = [...devices];
    const state: Going = { act, done: 0, all: waiting.length, failed: [] };
    setGoing({ ...state });
    const work = async () => {
      for (let device = waiting.shift(); device; device = waiting.shift()) {
        try {
          const why = silence(device);
          if (why) throw why;
          await todo(device);
        } catch (error) {
          const why = typeof error === "string" ? error : describe(error);
          state.failed.push({ name: device.booth_name, why });
        }
        state.done += 1;
        setGoing({ ...state, failed: [...state.failed] });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  };

  return (
    <section
      aria-label={t("devices.bulk")}
      className="panel sticky bottom-20 z-20 flex flex-wrap items-center gap-x-4 gap-y-2 border-line-strong p-3 md:bottom-4"
    >
      <strong className="font-medium">{count("devices.chosen", devices.length)}</strong>
      <Button disabled={busy || devices.length === 0} onClick={() => run(t("device.identify"), (one) => identify(one))}>
        {t("device.identify")}
      </Button>
      <Button disabled={busy || devices.length === 0} onClick={() => setAsking(true)}>
        {t("device.restart")}
      </Button>
      <Button
        look="bare"
        disabled={busy}
        onClick={() => {
          setGoing(null);
          onClear();
        }}
      >
        {t("devices.choose-none")}
      </Button>
      {going && (
        <div role="status" className="tabular flex min-w-0 flex-1 flex-col gap-1">
          <span>
            {t("devices.progress", { act: going.act, done: going.done - going.failed.length, all: going.all })}
            {going.failed.length > 0 && (
              <span className="text-high"> · {count("devices.refused", going.failed.length)}</span>
            )}
          </span>
          <progress max={going.all} value={going.done} className="h-1 w-full accent-accent" aria-label={going.act} />
          {going.failed.slice(0, 3).map(({ name, why }) => (
            <span key={name} className="truncate text-ink-2 text-xs" title={why}>
              {name}: {why}
            </span>
          ))}
        </div>
      )}
      {asking && (
        <Confirm
          title={count("devices.restart-several", devices.length)}
          lead={t("device.restart-lead")}
          act={t("device.restart")}
          onClose={() => setAsking(false)}
          onDo={() => {
            setAsking(false);
            void run(t("device.restart"), (one) => restart(one));
          }}
        >
          {sitting > 0 && <p className="text-medium">{count("devices.restart-sitting", sitting)}</p>}
        </Confirm>
      )}
    </section>
  );
}
