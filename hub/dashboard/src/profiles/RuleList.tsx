/** Every rule of a profile in a line: on or off, after how long, how severe, and whether it differs. */
import { Link } from "@tanstack/react-router";
import { DiffersMark } from "@/profiles/DiffersMark";
import { type Difference, type Key, seconds } from "@/profiles/differences";
import { GROUPS, type RuleName, type Rules } from "@/profiles/rules";
import { t } from "@/text/text";
import { SeverityMark } from "@/violations/Severity";

type Props = {
  name: string;
  rules: Rules;
  chosen: RuleName;
  base: string;
  /** From the built-in profile. */
  differs: Difference[];
  /** Since it was last saved. */
  changes: Difference[];
  wrong: Map<Key, string>;
};

function Row({ rule, ...props }: Props & { rule: RuleName }) {
  const settings = props.rules[rule];
  const changed = props.changes.some((each) => each.rule === rule);
  const differs = props.differs.some((each) => each.rule === rule);
  const bad = [...props.wrong.keys()].some((key) => key.startsWith(`${rule}.`));
  return (
    <li>
      <Link
        to="/profiles/$name"
        params={{ name: props.name }}
        search={{ rule }}
        replace
        aria-current={rule === props.chosen ? "true" : undefined}
        className="flex min-h-9 items-center gap-2 rounded-md px-2.5 py-1.5 hover:bg-hover aria-[current=true]:bg-line"
      >
        <span
          aria-hidden="true"
          className={`size-2 shrink-0 rounded-full ${settings.enabled ? "bg-accent" : "border border-ink-3"}`}
        />
        <span className={`min-w-0 flex-1 truncate ${settings.enabled ? "font-medium" : "text-ink-3"}`}>
          {t(`rule.${rule}`)}
        </span>
        {bad && (
          <span aria-hidden="true" className="font-semibold text-high">
            !
          </span>
        )}
        {differs && <DiffersMark base={props.base} />}
        {changed && (
          <span className="rounded-sm border border-line-strong px-1 text-2xs text-ink-2">{t("profile.changed")}</span>
        )}
        <span className="tabular shrink-0 text-ink-2 text-xs">
          {!settings.enabled
            ? t("profile.off")
            : settings.hold_s > 0
              ? t("profile.after", { hold: seconds(settings.hold_s) })
              : t("profile.at-once")}
        </span>
        {settings.enabled && <SeverityMark severity={settings.severity ?? "medium"} size={13} />}
      </Link>
    </li>
  );
}

export function RuleList(props: Props) {
  return (
    <nav aria-label={t("profile.rules")} className="panel flex flex-col gap-3 self-start p-2 lg:sticky lg:top-28">
      {GROUPS.map(({ group, rules }) => (
        <div key={group}>
          <h2 className="px-2.5 py-1 font-medium text-ink-3 text-xs">{t(`profile.group.${group}`)}</h2>
          <ul>
            {rules.map((rule) => (
              <Row key={rule} rule={rule} {...props} />
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
