/** How a webhook does: a shape and a word, with the reason on hover. */
import { Check, CirclePause, TriangleAlert } from "lucide-react";
import type { Webhook } from "@/settings/queries";
import { t } from "@/text/text";
import { clock } from "@/time/format";

export function WebhookState({ webhook }: { webhook: Webhook }) {
  const { enabled, disabled_reason, failing_since } = webhook;
  const [Icon, ink, text, title] = !enabled
    ? ([
        CirclePause,
        disabled_reason ? "text-high" : "text-ink-3",
        t("webhooks.off"),
        disabled_reason ?? t("webhooks.off-by-person"),
      ] as const)
    : failing_since
      ? ([
          TriangleAlert,
          "text-medium",
          t("webhooks.failing"),
          t("webhooks.failing-since", { time: clock(Date.parse(failing_since), Date.now()) }),
        ] as const)
      : ([Check, "text-accent", t("webhooks.on"), t("webhooks.on-detail")] as const);
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${ink}`} title={title}>
      <Icon size={14} aria-hidden="true" />
      {text}
    </span>
  );
}
