/** Browser notifications of alerts: for a page that is not in sight. */
import type { Alert } from "@/alerts/differences";
import { t } from "@/text/text";
import { hubNow } from "@/time/now";
import { sentence } from "@/violations/sentence";

/** Browsers notify for secure pages only. */
export function canNotify(): boolean {
  return typeof Notification !== "undefined" && window.isSecureContext;
}

export function mayNotify(): boolean {
  return canNotify() && Notification.permission === "granted";
}

/** Asks where nobody has answered yet. To be called from a click: anything else is refused, and rightly so. */
export async function askToNotify(): Promise<boolean> {
  if (!canNotify()) return false;
  if (Notification.permission === "default") await Notification.requestPermission();
  return Notification.permission === "granted";
}

export function said(alert: Alert): string {
  if (alert.kind === "hand") return t("booth.hand");
  if (alert.kind === "lost") return t("alerts.lost");
  if (alert.violation) return sentence(alert.violation, hubNow());
  return t(`alerts.${alert.kind}`);
}

/** One per booth: a newer one takes the place of the older. The page makes the sound itself. */
export function notify(alert: Alert, onClick: (alert: Alert) => void): void {
  if (!mayNotify()) return;
  const { booth } = alert;
  const candidate = booth.exam_session?.candidate_name;
  const notification = new Notification(candidate ? `${booth.name} · ${candidate}` : booth.name, {
    body: said(alert),
    tag: `invigil-${booth.booth_id}`,
    icon: "/mark.svg",
    silent: true,
  });
  notification.onclick = () => {
    window.focus();
    onClick(alert);
    notification.close();
  };
}
