/** The drawer that shows the violation named in the address, so that a link to one can be sent to a colleague. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useRef } from "react";
import { ApiError } from "@/api/client";
import { keys, violationQuery } from "@/api/queries";
import type { Violation, ViolationList } from "@/api/types";
import { t } from "@/text/text";
import { useKnownNow } from "@/time/now";
import { Failure, Notice } from "@/ui/Notice";
import { Loading, Skeleton } from "@/ui/Skeleton";
import { Ongoing } from "@/violations/FeedItem";
import { SeverityMark } from "@/violations/Severity";
import { sentence } from "@/violations/sentence";
import { ViolationDetail } from "@/violations/ViolationDetail";

/** What a list already holds is shown at once, while the hub is asked for the latest. */
function useViolation(id: string) {
  const client = useQueryClient();
  return useQuery({
    ...violationQuery(id),
    enabled: id !== "",
    placeholderData: () =>
      client
        .getQueriesData<{ pages: ViolationList[] }>({ queryKey: keys.feeds })
        .flatMap(([, feed]) => feed?.pages ?? [])
        .flatMap((page) => page.items)
        .find((item) => item.violation_id === id),
  });
}

function Heading({ violation }: { violation: Violation | undefined }) {
  const now = useKnownNow();
  if (!violation) return <Dialog.Title className="font-semibold text-lg">{t("violation.title")}</Dialog.Title>;
  return (
    <div className="min-w-0">
      <Dialog.Title className="tabular flex items-center gap-2 font-semibold text-lg leading-6 tracking-tight">
        <SeverityMark severity={violation.severity} size={18} />
        {sentence(violation, now)}
      </Dialog.Title>
      <p className="mt-0.5 flex items-center gap-2 text-ink-2">
        {violation.booth_name} <Ongoing violation={violation} />
      </p>
    </div>
  );
}

function Content({ id }: { id: string }) {
  const query = useViolation(id);
  const missing = query.error instanceof ApiError && [404, 422].includes(query.error.status);
  return (
    <>
      <div className="flex items-start justify-between gap-4 border-line border-b px-5 py-4">
        <Heading violation={query.data} />
        <Dialog.Close
          aria-label={t("violation.close")}
          className="-mr-2 grid size-8 shrink-0 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
        >
          <X size={18} />
        </Dialog.Close>
      </div>
      <div className="flex-1 overflow-y-auto p-5">
        {query.data ? (
          <ViolationDetail violation={query.data} />
        ) : missing ? (
          <Notice title={t("violation.missing")} detail={t("violation.missing-detail")} />
        ) : query.isError ? (
          <Failure error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <>
            <Loading />
            <Skeleton className="aspect-[4/3] w-full rounded-lg" />
          </>
        )}
      </div>
    </>
  );
}

export function ViolationDrawer() {
  const { violation: id } = useSearch({ strict: false });
  const navigate = useNavigate();
  const last = useRef(id);
  useEffect(() => {
    if (id !== undefined) last.current = id;
  }, [id]);
  // Back to the violation last looked at, which after j and k is not the one that was opened.
  const refocus = (event: Event) => {
    const link = document.querySelector<HTMLElement>(`[data-violation-id="${last.current}"] [data-feed-link]`);
    if (!link) return;
    event.preventDefault();
    link.focus();
  };
  const close = () => navigate({ to: ".", search: ({ violation: _, ...rest }) => rest });
  return (
    <Dialog.Root open={id !== undefined} onOpenChange={(open) => !open && close()} modal={false}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          data-testid="violation-drawer"
          onCloseAutoFocus={refocus}
          onInteractOutside={(event) => event.preventDefault()}
          className="fixed inset-y-0 right-0 z-40 md:top-12 flex w-full animate-[slide-in_160ms_ease-out] flex-col border-line-strong border-l bg-surface shadow-[0_0_48px_rgb(0_0_0/18%)] sm:w-[420px]"
        >
          <Content id={id ?? ""} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
