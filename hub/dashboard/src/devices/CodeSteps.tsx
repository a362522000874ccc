/** What is typed at a device, in order: the command, then the code that it asks for, and how long that counts. */
import { t } from "@/text/text";
import { duration } from "@/time/format";
import { useNow } from "@/time/now";
import { CopyCode } from "@/ui/CopyCode";

type Props = { made: { code: string; command: string; expires_at: string }; asked: string };

/** `asked`: what the device calls the code. */
export function CodeSteps({ made, asked }: Props) {
  const left = Date.parse(made.expires_at) - useNow();
  return (
    <ol className="flex list-decimal flex-col gap-3 pl-5">
      <li>
        <p>{t("device.enrol-type")}</p>
        <CopyCode text={made.command} className="mt-1" />
      </li>
      <li>
        <p>{asked}</p>
        <p className="mt-1 flex flex-wrap items-center gap-3">
          <strong data-testid="claim-code" className="select-all font-mono font-semibold text-xl tracking-wider">
            {made.code}
          </strong>
          <CopyCode text={made.code} shown={t("device.copy-code")} />
        </p>
        <p className="tabular mt-1 text-ink-3 text-xs">
          {left > 0 ? t("device.code-left", { left: duration(left, false) }) : t("device.code-ended")}
        </p>
      </li>
    </ol>
  );
}
