/** What a device found when it looked at itself, worst first: what was found, what to do, and the rest folded away. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CircleHelp, LoaderCircle, type LucideIcon, Minus, Stethoscope, TriangleAlert, X } from "lucide-react";
import { api, ask } from "@/api/client";
import type { CheckResult, Checkup, DeviceDetail } from "@/api/types";
import { silence } from "@/devices/asks";
import { deviceKeys, forgetDevices, on } from "@/devices/queries";
import { count, named, t } from "@/text/text";
import { age, number } from "@/time/format";
import { useNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { Section } from "@/ui/Facts";
import { describe } from "@/ui/Notice";

type State = CheckResult["state"];

/** As they are shown: what wants something done comes first. */
const STATES = ["failed", "warning", "unknown", "ok", "not_applicable"] as const satisfies readonly State[];
const LOOKS: Record<State, { icon: LucideIcon; color: string }> = {
  failed: { icon: X, color: "text-high" },
  warning: { icon: TriangleAlert, color: "text-medium" },
  unknown: { icon: CircleHelp, color: "text-ink-2" },
  ok: { icon: Check, color: "text-accent" },
  not_applicable: { icon: Minus, color: "text-ink-3" },
};

/** Worst first; within a state as the device looked. */
export function worstFirst(checks: readonly CheckResult[]): CheckResult[] {
  return checks.toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
}

/** `1 failed · 2 warnings · 21 fine`. */
export function tally(checks: readonly CheckResult[]): string {
  return STATES.flatMap((state) => {
    const found = checks.filter((check) => check.state === state).length;
    return found > 0 ? [count(`doctor.count.${state}`, found)] : [];
  }).join(" · ");
}

/** What the device says is English, whatever the page's language. */
function Found({ check }: { check: CheckResult }) {
  const { icon: Icon, color } = LOOKS[check.state];
  return (
    <li className="flex gap-2.5 py-2" data-state={check.state}>
      <Icon size={16} aria-label={named("doctor.state", check.state)} className={`mt-0.5 shrink-0 ${color}`} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium" title={check.means}>
            {named("doctor.check", check.name)}
          </span>
          {check.value !== null && (
            <span className="tabular text-ink-2">
              {number(check.value, 1)} {check.unit}
            </span>
          )}
        </p>
        {check.said && (
          <p lang="en" className="break-words text-ink-2">
            {check.said}
          </p>
        )}
        {check.advice && (
          <p className="mt-1 border-line-strong border-l-2 pl-2">
            <span className="text-ink-3 text-xs">{t("doctor.todo")}: </span>
            <span lang="en">{check.advice}</span>
          </p>
        )}
      </div>
    </li>
  );
}

function Results({ checkup }: { checkup: Checkup }) {
  const now = useNow();
  const checks = worstFirst(checkup.checks);
  const bad = checks.filter(({ state }) => state === "failed" || state === "warning" || state === "unknown");
  const rest = checks.slice(bad.length);
  return (
    <>
      <p className="tabular pt-1 text-ink-2">
        {tally(checks)}
        <span className="block text-ink-3 text-xs">
          {named("doctor.reason", checkup.reason)} ·{" "}
          {t("doctor.at", { age: age(Date.parse(checkup.at), now), version: checkup.version })}
        </span>
      </p>
      {checkup.exam_session_on && <p className="pt-1 text-ink-2">{t("doctor.sitting")}</p>}
      {bad.length === 0 && <p className="pt-1">{t("doctor.all-well")}</p>}
      <ul className="divide-y divide-line">
        {bad.map((check) => (
          <Found key={check.name} check={check} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details className="border-line border-t pt-1">
          <summary className="min-h-6 cursor-pointer py-1 text-ink-2 hover:text-ink">
            {count("doctor.rest", rest.length)}
          </summary>
          <ul className="divide-y divide-line">
            {rest.map((check) => (
              <Found key={check.name} check={check} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

export function Doctor({ detail }: { detail: DeviceDetail }) {
  const { device, checkup } = detail;
  const client = useQueryClient();
  const silent = silence(device);
  const run = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/devices/{device_id}/doctor", on(device.device_id))),
    onSuccess: (found) =>
      client.setQueryData<DeviceDetail>(deviceKeys.one(device.device_id), (old) => old && { ...old, checkup: found }),
    onSettled: () => forgetDevices(client),
  });
  return (
    <Section
      title={t("doctor.title")}
      aside={
        <Button size="sm" disabled={silent !== null || run.isPending} onClick={() => run.mutate()}>
          {run.isPending ? (
            <LoaderCircle size={14} aria-hidden="true" className="animate-spin" />
          ) : (
            <Stethoscope size={14} aria-hidden="true" />
          )}
          {t(checkup ? "doctor.again" : "doctor.run")}
        </Button>
      }
    >
      <div role="status">
        {run.isPending && (
          <p className="pt-1 text-ink-2">
            {t("doctor.running")} <span className="text-ink-3">{t("doctor.running-detail")}</span>
          </p>
        )}
      </div>
      {run.isError && (
        <p role="alert" className="pt-1 text-high">
          {describe(run.error)}
        </p>
      )}
      {silent !== null && <p className="pt-1 text-ink-3 text-xs">{silent}</p>}
      {checkup ? (
        <Results checkup={checkup} />
      ) : (
        <p className="pt-1 text-ink-2">
          {t("doctor.none")}. <span className="text-ink-3">{t("doctor.none-detail")}</span>
        </p>
      )}
    </Section>
  );
}
