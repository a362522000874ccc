/** Serial numbers that are expected: for which booth, until when, and to be taken back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { boothsQuery } from "@/api/queries";
import { expectedQuery, forgetDevices } from "@/devices/queries";
import { count, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function Expected() {
  const expected = useQuery(expectedQuery).data?.items ?? [];
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const client = useQueryClient();
  const say = useToast();
  const withdraw = useMutation({
    mutationFn: (expected_id: string) =>
      ask(api.DELETE("/api/v1/expected-devices/{expected_id}", { params: { path: { expected_id } } })),
    onError: (error) => say({ text: describe(error), fault: true }),
    onSettled: () => forgetDevices(client),
  });
  if (expected.length === 0) return null;
  return (
    <section className="panel p-3" aria-labelledby="expected-devices">
      <h2 id="expected-devices" className="font-medium">
        {count("enrolment.expected", expected.length)}
      </h2>
      <ul className="tabular mt-1 divide-y divide-line">
        {expected.map((one) => (
          <li key={one.expected_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
            <code className="min-w-40 break-all font-mono text-xs">{one.hardware_serial}</code>
            <span className="min-w-32">
              {booths.find((booth) => booth.booth_id === one.booth_id)?.name ?? one.booth_id}
            </span>
            <span className="text-ink-2">
              {t("enrolment.until")} <When at={one.expires_at} show="clock" />
            </span>
            <span className="flex-1 text-ink-3">
              {t("enrolment.expected-by", { name: one.created_by ?? t("device.command-line") })}
            </span>
            <Button
              size="sm"
              aria-label={t("enrolment.withdraw-of", { serial: one.hardware_serial })}
              disabled={withdraw.isPending}
              onClick={() => withdraw.mutate(one.expected_id)}
            >
              {t("device.code-withdraw")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
