/** Asks before a page with changes that are not saved is left, for another page or for good. */
import { useBlocker } from "@tanstack/react-router";
import { t } from "@/text/text";
import { Confirm } from "@/ui/Confirm";

export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Confirm
      title={t("leave.title")}
      lead={t("leave.lead")}
      act={t("leave.do")}
      onDo={blocker.proceed}
      onClose={blocker.reset}
    />
  );
}
