/** The shape of what is coming. Hidden from screen readers, which hear the one "Loading" of the page. */
import { t } from "@/text/text";

export function Skeleton({ className = "" }: { className?: string }) {
  return <div aria-hidden="true" className={`animate-skeleton rounded-sm bg-line ${className}`} />;
}

export function Loading() {
  return (
    <p role="status" className="sr-only">
      {t("app.loading")}
    </p>
  );
}
