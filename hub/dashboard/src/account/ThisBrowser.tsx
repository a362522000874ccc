/** How this browser shows Invigil: language, light or dark, and which clock. Kept here, not with the account. */
import { Part } from "@/account/Part";
import { choose, chosen, LANGUAGES, type Language } from "@/text/language";
import { t } from "@/text/text";
import { clock, utc } from "@/time/format";
import { useNow } from "@/time/now";
import { Segments } from "@/ui/Segments";
import { THEMES, useTheme } from "@/ui/theme";

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-line border-b px-4 py-2 last:border-b-0">
      <span>{name}</span>
      {children}
    </div>
  );
}

export function ThisBrowser() {
  const [theme, setTheme] = useTheme();
  const now = useNow();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Part title={t("browser.title")} lead={t("browser.lead")}>
      <div className="panel">
        <Row name={t("top.language")}>
          <Segments
            label={t("top.language")}
            value={chosen()}
            choices={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
            onChange={(value) => value && choose(value as Language)}
          />
        </Row>
        <Row name={t("top.theme")}>
          <Segments
            label={t("top.theme")}
            value={theme}
            choices={THEMES.map((value) => ({ value, label: t(`top.theme-${value}`) }))}
            onChange={(value) => value && setTheme(THEMES.find((known) => known === value) ?? "system")}
          />
        </Row>
        <Row name={t("browser.zone")}>
          <span className="tabular text-right">
            {zone.replaceAll("_", " ")}
            <time dateTime={new Date(now).toISOString()} title={utc(now)} className="ml-2 text-ink-2">
              {clock(now)}
            </time>
          </span>
        </Row>
      </div>
    </Part>
  );
}
