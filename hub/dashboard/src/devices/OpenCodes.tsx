/** Claim codes that are good now: for which booth, until when, and to be taken back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { boothsQuery } from "@/api/queries";
import { claimCodesQuery, forgetDevices } from "@/devices/queries";
import { count, t } from "@/text/text";
import { duration } from "@/time/format";
import { useNow } from "@/time/now";
import { Button } from "@/ui/Button";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function OpenCodes() {
  const codes = useQuery(claimCodesQuery).data?.items ?? [];
  const booths = useQuery(boothsQuery).data?.items ?? [];
  const now = useNow();
  const client = useQueryClient();
  const say = useToast();
  const withdraw = useMutation({
    mutationFn: (booth_id: string) =>
      ask(api.DELETE("/api/v1/booths/{booth_id}/claim-code", { params: { path: { booth_id } } })),
    onError: (error) => say({ text: describe(error), fault: true }),
    onSettled: () => forgetDevices(client),
  });
  if (codes.length === 0) return null;
  return (
    <section className="panel p-3" aria-labelledby="open-codes">
      <h2 id="open-codes" className="font-medium">
        {count("device.codes", codes.length)}
      </h2>
      <ul className="tabular mt-1 divide-y divide-line">
        {codes.map((code) => {
          const left = duration(Math.max(0, Date.parse(code.expires_at) - now), false);
          const name = booths.find((booth) => booth.booth_id === code.booth_id)?.name ?? code.booth_id;
          return (
            <li key={code.booth_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
              <span className="min-w-40">{name}</span>
              <span className="text-ink-2">{t("device.code-left", { left })}</span>
              <span className="flex-1 text-ink-3">
                {code.created_by ? t("device.code-by", { name: code.created_by }) : t("device.code-by-command-line")}
              </span>
              <Button
                size="sm"
                aria-label={t("device.code-withdraw-of", { name })}
                disabled={withdraw.isPending}
                onClick={() => withdraw.mutate(code.booth_id)}
              >
                {t("device.code-withdraw")}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
