/** A kind of violation, a booth: what more than one list is narrowed to. */
import { useQuery } from "@tanstack/react-query";
import { boothsQuery } from "@/api/queries";
import { KINDS, type Violation } from "@/api/types";
import { t } from "@/text/text";
import { Choose } from "@/ui/Choose";

type Kind = Violation["kind"];

type KindProps = { value: Kind | undefined; onChange: (kind: Kind | undefined) => void };

export function KindChoice({ value, onChange }: KindProps) {
  return (
    <Choose
      label={t("filter.kind")}
      any={t("filter.any-kind")}
      value={value}
      choices={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
      onChange={(next) => onChange(KINDS.find((kind) => kind === next))}
    />
  );
}

type BoothProps = { value: string | undefined; onChange: (boothId: string | undefined) => void };

export function BoothChoice({ value, onChange }: BoothProps) {
  const booths = useQuery(boothsQuery).data?.items ?? [];
  return (
    <Choose
      label={t("filter.booth")}
      any={t("filter.any-booth")}
      value={value}
      choices={booths.map((booth) => ({ value: booth.booth_id, label: booth.name }))}
      onChange={onChange}
    />
  );
}
