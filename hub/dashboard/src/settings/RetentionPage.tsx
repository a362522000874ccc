/** How long things are kept: the rules, what would go next, what went, with proof, and what may not go. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMay } from "@/api/may";
import { Deletions } from "@/settings/Deletions";
import { Holds } from "@/settings/Holds";
import { NextRun } from "@/settings/NextRun";
import { RetentionRules } from "@/settings/RetentionRules";
import { Runs } from "@/settings/Runs";
import { type RetentionTab, TABS } from "@/settings/search";
import { t } from "@/text/text";
import { Page } from "@/ui/Page";
import { Segments } from "@/ui/Segments";

export function RetentionPage() {
  const search = useSearch({ from: "/shell/settings/retention" });
  const navigate = useNavigate();
  const manages = useMay("retention.manage");
  const tab = search.tab ?? "rules";
  const go = (next: RetentionTab) =>
    void navigate({ to: "/settings/retention", search: next === "rules" ? {} : { tab: next } });
  return (
    <Page title={t("retention.title")}>
      <p className="max-w-prose text-ink-2">{t("retention.lead")}</p>
      <div className="overflow-x-auto">
        <Segments
          label={t("retention.title")}
          value={tab}
          choices={TABS.map((each) => ({ value: each, label: t(`retention.tab-${each}`) }))}
          onChange={(value) => {
            const next = TABS.find((each) => each === value);
            if (next) go(next);
          }}
        />
      </div>
      {tab === "rules" && <RetentionRules manages={manages} />}
      {tab === "next" && <NextRun manages={manages} onRun={() => go("runs")} />}
      {tab === "runs" && <Runs />}
      {tab === "deletions" && <Deletions search={search} />}
      {tab === "holds" && <Holds search={search} manages={manages} />}
    </Page>
  );
}
