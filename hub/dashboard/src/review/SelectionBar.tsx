/** Above the queue: how many are chosen for one decision, and the way to choose all that are alike. */
import { count, t } from "@/text/text";
import { Button } from "@/ui/Button";

type Props = {
  chosen: number;
  /** How many that wait are like the one before the reviewer, itself included. */
  alike: number;
  onAlike: () => void;
  onNone: () => void;
};

export function SelectionBar({ chosen, alike, onAlike, onNone }: Props) {
  if (chosen === 0 && alike < 2) return null;
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-2 border-line border-b bg-sunken px-3 py-1 text-xs">
      {chosen > 0 ? (
        <>
          <span role="status" className="font-medium">
            {count("review.chosen", chosen)}
          </span>
          <Button size="sm" look="bare" className="ml-auto" onClick={onNone}>
            {t("review.choose-none")} <kbd className="font-mono text-2xs">Esc</kbd>
          </Button>
        </>
      ) : (
        <button
          type="button"
          className="min-h-6 text-left text-ink-2 underline-offset-2 hover:text-ink hover:underline"
          onClick={onAlike}
        >
          {t("review.choose-alike", { count: alike })} <kbd className="font-mono text-2xs">A</kbd>
        </button>
      )}
    </div>
  );
}
