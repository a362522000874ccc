/** Where the facts of a report come from: chains of events with their signatures, devices, clocks, rules, weights. */
import type { Report } from "@/reports/queries";
import { t } from "@/text/text";
import { number } from "@/time/format";
import { When } from "@/time/When";
import { CopyCode } from "@/ui/CopyCode";
import { Fact, Facts, Section } from "@/ui/Facts";

const SHORT = 16;

function Hash({ value }: { value: string }) {
  return <CopyCode text={value} shown={`${value.slice(0, SHORT)}…`} />;
}

function Chain({ chain }: { chain: Report["provenance"]["chains"][number] }) {
  const missing = chain.missing.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
  const signed = chain.countersigned;
  return (
    <div className="border-line border-t pt-3 first:border-t-0">
      <h3 className="font-medium">{t("source.chain", { booth: chain.booth_id })}</h3>
      <Facts>
        <Fact name={t("source.events")}>
          {t("source.events-value", { count: number(chain.events), first: chain.first_seq, last: chain.last_seq })}
        </Fact>
        <Fact name={t("source.missing")}>
          {missing ? <span className="font-medium">{missing}</span> : t("source.none")}
        </Fact>
        {chain.broken_links > 0 && <Fact name={t("source.broken")}>{number(chain.broken_links)}</Fact>}
        <Fact name={t("source.signed")}>
          {chain.signed_to_seq === null
            ? t("source.unsigned")
            : t("source.signed-value", { count: number(chain.checkpoints), last: chain.signed_to_seq })}
        </Fact>
        <Fact name={t("source.countersigned")}>
          {signed ? (
            <>
              {t("source.countersigned-value", { last: signed.head_seq })} · <When at={signed.signed_at} show="clock" />
            </>
          ) : (
            t("source.countersigned-not")
          )}
        </Fact>
        {signed && (
          <Fact name={t("source.head")}>
            <Hash value={signed.head_sha256} />
          </Fact>
        )}
      </Facts>
    </div>
  );
}

export function Sources({ report }: { report: Report }) {
  const { provenance } = report;
  const { clock } = provenance;
  return (
    <Section title={t("source.title")} aside={t("source.aside")}>
      <Facts>
        <Fact name={t("source.profiles")}>{provenance.profiles.join(", ") || t("booth.unknown")}</Fact>
        {Object.entries(provenance.models).map(([name, sha256]) => (
          <Fact key={name} name={name}>
            <Hash value={sha256} />
          </Fact>
        ))}
        <Fact name={t("source.agent")}>{provenance.agent_versions.join(", ") || t("booth.unknown")}</Fact>
        <Fact name={t("source.hub")}>{provenance.hub_version}</Fact>
        <Fact name={t("source.clock")} title={t("booth.clock-title")}>
          {clock.lowest_ms === null || clock.highest_ms === null
            ? t("booth.unknown")
            : t("source.clock-value", { low: number(clock.lowest_ms, 1), high: number(clock.highest_ms, 1) })}
        </Fact>
        {provenance.devices.map((device) => (
          <Fact key={device.fingerprint} name={t("source.device", { booth: device.booth_id })}>
            <Hash value={device.fingerprint} />
          </Fact>
        ))}
      </Facts>
      {provenance.chains.map((chain) => (
        <Chain key={chain.chain_id} chain={chain} />
      ))}
    </Section>
  );
}
