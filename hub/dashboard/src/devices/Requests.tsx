/** Devices that ask to be let in and wait for a person: what each says of itself, its code, yes or no. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EnrolmentRequest } from "@/api/types";
import { ApproveDialog } from "@/devices/ApproveDialog";
import { requestsQuery } from "@/devices/queries";
import { RefuseDialog } from "@/devices/RefuseDialog";
import { says, veiled } from "@/devices/request";
import { count, named, t } from "@/text/text";
import { duration } from "@/time/format";
import { useNow } from "@/time/now";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";

function Request(props: { request: EnrolmentRequest; onApprove: () => void; onRefuse: () => void }) {
  const { request, onApprove, onRefuse } = props;
  const now = useNow();
  const code = veiled(request.code);
  const left = duration(Math.max(0, Date.parse(request.expires_at) - now), false);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 py-2.5">
      <code className="font-mono font-semibold text-base tracking-wider">{code}</code>
      <div className="min-w-56 flex-1">
        <p>
          {t("enrolment.says")} <span className="text-ink-2">{says(request)}</span>
        </p>
        <p className="text-ink-3 text-xs">
          {t("enrolment.from", { address: request.address })} · <When at={request.asked_at} show="age" /> ·{" "}
          {t("enrolment.left", { left })}
        </p>
        {request.serial_note && <p className="text-medium text-xs">{named("enrolment.note", request.serial_note)}</p>}
      </div>
      <span className="flex gap-2">
        <Button size="sm" look="ink" aria-label={t("enrolment.approve-of", { code })} onClick={onApprove}>
          {t("enrolment.approve")}…
        </Button>
        <Button size="sm" aria-label={t("enrolment.refuse-of", { code })} onClick={onRefuse}>
          {t("enrolment.refuse")}…
        </Button>
      </span>
    </li>
  );
}

export function Requests() {
  const requests = useQuery(requestsQuery).data?.items ?? [];
  const [asked, setAsked] = useState<{ request: EnrolmentRequest; act: "approve" | "refuse" } | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      {requests.length > 0 && (
        <section className="panel border-medium-fill p-3" aria-labelledby="enrolment-requests">
          <h2 id="enrolment-requests" className="font-medium">
            {count("enrolment.requests", requests.length)}
          </h2>
          <p className="text-ink-3 text-xs">{t("enrolment.requests-lead")}</p>
          <ul className="tabular mt-1 divide-y divide-line">
            {requests.map((request) => (
              <Request
                key={request.request_id}
                request={request}
                onApprove={() => setAsked({ request, act: "approve" })}
                onRefuse={() => setAsked({ request, act: "refuse" })}
              />
            ))}
          </ul>
        </section>
      )}
      {asked?.act === "approve" && <ApproveDialog request={asked.request} onClose={close} />}
      {asked?.act === "refuse" && <RefuseDialog request={asked.request} onClose={close} />}
    </>
  );
}
