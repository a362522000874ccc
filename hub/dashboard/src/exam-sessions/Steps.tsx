/** Every step of an exam session with who and why, the newest first. */
import { useQuery } from "@tanstack/react-query";
import { stepsQuery } from "@/exam-sessions/queries";
import { named } from "@/text/text";
import { When } from "@/time/When";
import { describe } from "@/ui/Notice";
import { Loading } from "@/ui/Skeleton";

export function Steps({ id }: { id: string }) {
  const steps = useQuery(stepsQuery(id));
  if (steps.isPending) return <Loading />;
  if (!steps.data) return <p className="py-2 text-high">{describe(steps.error)}</p>;
  return (
    <ol className="flex flex-col divide-y divide-line">
      {steps.data.items.toReversed().map((step) => (
        <li key={step.step_id} className="flex items-baseline justify-between gap-3 py-2">
          <div className="min-w-0">
            <p className="font-medium">{named("act", step.action)}</p>
            <p className="text-ink-2 text-xs">
              {[step.display_name, step.reason].filter(Boolean).join(" · ")}
              {step.note && <span className="block break-words text-ink-3">{step.note}</span>}
            </p>
          </div>
          <span className="shrink-0 text-ink-3 text-xs">
            <When at={step.at} show="clock" />
          </span>
        </li>
      ))}
    </ol>
  );
}
