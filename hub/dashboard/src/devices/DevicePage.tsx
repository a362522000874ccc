/** One device: what it is, how it is doing, what can be asked of it, its certificate, and who came before it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import type { DeviceDetail } from "@/api/types";
import { CertificateEnd } from "@/devices/Certificate";
import { Certificates, Rescue } from "@/devices/Certificates";
import { Commands } from "@/devices/Commands";
import { Hardware, Vitals } from "@/devices/DeviceFacts";
import { Doctor } from "@/devices/Doctor";
import { EnrolDialog } from "@/devices/EnrolDialog";
import { History } from "@/devices/History";
import { LogViewer } from "@/devices/LogViewer";
import { deviceQuery } from "@/devices/queries";
import { RevokeDialog } from "@/devices/RevokeDialog";
import { Care, StatusWord } from "@/devices/StatusWord";
import { named, t } from "@/text/text";
import { When } from "@/time/When";
import { Button } from "@/ui/Button";
import { Fact, Facts, Section } from "@/ui/Facts";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Loading, Skeleton } from "@/ui/Skeleton";

function Back() {
  return (
    <Link to="/devices" className="inline-flex items-center gap-1.5 text-ink-2 hover:text-ink">
      <ArrowLeft size={15} aria-hidden="true" />
      {t("device.back")}
    </Link>
  );
}

function Certificate({
  detail,
  onRevoke,
  onReplace,
}: {
  detail: DeviceDetail;
  onRevoke: () => void;
  onReplace: () => void;
}) {
  const { device } = detail;
  const inForce = !device.replaced_at && !device.revoked_at;
  return (
    <Section title={t("devices.certificate")}>
      <Facts>
        <Fact name={t("device.serial")}>
          <code className="break-all font-mono text-xs">{device.serial}</code>
        </Fact>
        <Fact name={t("device.good-until")}>
          <CertificateEnd at={device.not_after} />
        </Fact>
        {inForce && (
          <Fact name={t("certificates.renews")}>
            <When at={device.renew_at} show="clock" />
          </Fact>
        )}
        <Fact name={t("device.enrolled")}>
          <When at={device.enrolled_at} />
          <span className="block text-ink-3 text-xs">
            {t(`certificates.came.${device.enrolled_how}`, {
              name: device.enrolled_by ?? t("device.command-line"),
              from: device.enrolled_from ?? t("booth.unknown"),
            })}
          </span>
        </Fact>
      </Facts>
      <Certificates items={detail.certificates} />
      {!device.replaced_at && (
        <div className="flex flex-wrap gap-2 pt-2">
          {inForce && <Rescue detail={detail} />}
          <Button onClick={onReplace}>{t("device.replace")}</Button>
          {!device.revoked_at && (
            <Button className="text-high!" onClick={onRevoke}>
              {t("device.revoke")}…
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}

function DeviceView({ detail }: { detail: DeviceDetail }) {
  const [open, setOpen] = useState<"revoke" | "replace" | null>(null);
  const { device } = detail;
  const grave = device.status !== "online" && device.status !== "degraded";
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_368px]">
      <div className="flex min-w-0 flex-col gap-4">
        {(grave || device.care.length > 0) && (
          <Section title={t("devices.care")}>
            {grave && <p className="pt-1 text-ink-2">{named("device.means", device.status)}</p>}
            {device.revoked_reason && <p className="pt-1">{device.revoked_reason}</p>}
            {device.care.length > 0 && (
              <div className="pt-1">
                <Care care={device.care} />
              </div>
            )}
          </Section>
        )}
        <Doctor detail={detail} />
        <Commands device={device} />
        <LogViewer device={device} />
        <History devices={detail.history} here={device.device_id} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Vitals detail={detail} />
        <Certificate detail={detail} onRevoke={() => setOpen("revoke")} onReplace={() => setOpen("replace")} />
        <Hardware detail={detail} />
      </div>
      {open === "revoke" && <RevokeDialog device={device} onClose={() => setOpen(null)} />}
      {open === "replace" && <EnrolDialog boothId={device.booth_id} onClose={() => setOpen(null)} />}
    </div>
  );
}

export function DevicePage() {
  const { deviceId } = useParams({ from: "/shell/devices/$deviceId" });
  const found = useQuery(deviceQuery(deviceId));
  if (found.data) {
    const { device } = found.data;
    return (
      <Page
        title={t("device.title", { name: device.booth_name })}
        aside={
          <>
            <StatusWord status={device.status} />
            {device.last_seen_at && (
              <span className="text-ink-3 text-xs">
                {t("booth.last-seen")}: <When at={device.last_seen_at} show="age" />
              </span>
            )}
            <Link
              to="/booths/$boothId"
              params={{ boothId: device.booth_id }}
              className="text-ink-2 text-xs underline underline-offset-2"
            >
              {t("device.booth-page")}
            </Link>
            <span className="ml-auto">
              <Back />
            </span>
          </>
        }
      >
        <DeviceView key={deviceId} detail={found.data} />
      </Page>
    );
  }
  if (found.isError) {
    const missing = (
      <Notice title={t("device.missing")} detail={t("device.missing-detail")}>
        <Back />
      </Notice>
    );
    return <Failure error={found.error} onRetry={() => found.refetch()} missing={missing} />;
  }
  return (
    <div className="flex flex-col gap-4 p-4 md:p-6">
      <Loading />
      <Skeleton className="h-6 w-64" />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_368px]">
        <Skeleton className="h-96 rounded-lg" />
        <Skeleton className="h-96 rounded-lg" />
      </div>
    </div>
  );
}
