/** Every device that a booth ever had, the newest first: who let it in, from when to when it spoke, and why it does no more. */
import { Link } from "@tanstack/react-router";
import type { Device } from "@/api/types";
import { CertificateEnd } from "@/devices/Certificate";
import { StatusWord } from "@/devices/StatusWord";
import { t } from "@/text/text";
import { When } from "@/time/When";
import { Section } from "@/ui/Facts";
import { CELL, HEAD } from "@/ui/Table";

const COLUMNS = [
  t("device.serial"),
  t("devices.status"),
  t("device.enrolled"),
  t("devices.certificate"),
  t("device.until"),
];

function Until({ device }: { device: Device }) {
  if (device.revoked_at) {
    return (
      <>
        <When at={device.revoked_at} show="clock" />
        <span className="block text-ink-2 text-xs">
          {t("device.revoked-why", {
            name: device.revoked_by ?? t("device.command-line"),
            reason: device.revoked_reason ?? "",
          })}
        </span>
      </>
    );
  }
  return device.replaced_at ? <When at={device.replaced_at} show="clock" /> : <>{t("device.in-force")}</>;
}

export function History({ devices, here }: { devices: Device[]; here: string }) {
  return (
    <Section title={t("device.history")}>
      <section
        className="overflow-x-auto"
        aria-label={t("device.history")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
      >
        <table aria-label={t("device.history")} className="tabular w-full border-separate border-spacing-0">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" className={HEAD.replace("lg:sticky lg:top-12", "")}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {devices.map((device) => (
              <tr key={device.device_id} className="group/row">
                <th scope="row" className={`${CELL} text-left font-normal`}>
                  {device.device_id === here ? (
                    <code className="font-medium font-mono text-xs">{device.serial.slice(0, 12)}…</code>
                  ) : (
                    <Link
                      to="/devices/$deviceId"
                      params={{ deviceId: device.device_id }}
                      className="font-mono text-xs underline underline-offset-2"
                    >
                      {device.serial.slice(0, 12)}…
                    </Link>
                  )}
                </th>
                <td className={CELL}>
                  <StatusWord status={device.status} />
                </td>
                <td className={CELL}>
                  <When at={device.enrolled_at} show="clock" />
                  <span className="block text-ink-3 text-xs">
                    {device.enrolled_by ?? t("device.command-line")}
                    {device.enrolled_from && ` · ${device.enrolled_from}`}
                  </span>
                </td>
                <td className={CELL}>
                  <CertificateEnd at={device.not_after} />
                </td>
                <td className={CELL}>
                  <Until device={device} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}
