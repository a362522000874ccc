"""Checks a bundle, with nothing but the bundle: no hub, no network, and nothing is written.

Whatever is in the file, the answer is a report; what is wrong is named with its place.
"""

from typing import BinaryIO
from uuid import UUID

from contract.verify.chains import ChainCheck
from contract.verify.countersigned import check_countersignatures
from contract.verify.evidence import NamedEvidence
from contract.verify.members import Members
from contract.verify.report import Report
from contract.verify.trust import Trust


def verify_bundle(file: BinaryIO, authority_sha256: str | None = None) -> Report:
    """`authority_sha256` is the fingerprint of the authority that must vouch (SHA-256 of the DER, hexadecimal).

    Without it a bundle that somebody made up entirely, authority and all, is whole in itself: the report says whose
    word it is. `file` must be seekable; it is read once, in pieces. Raises `OSError` only.
    """
    report = Report()
    members = Members.open(file, report)
    if members is None:
        return report
    manifest = members.manifest
    report.booth, report.made_at = manifest.booth, manifest.made_at
    trust = Trust(members, report, authority_sha256)
    named = NamedEvidence(report)
    chains: dict[UUID, ChainCheck] = {}
    for part in manifest.chains:
        if part.chain_id in chains:
            report.wrong("chains", f"chain {part.chain_id}", "is listed twice in the manifest")
            continue
        chains[part.chain_id] = check = ChainCheck(part, members, trust, named, report)
        check.run()
        report.chains.append(check.facts)
    _sum_up(report)
    check_countersignatures(members, trust, chains, report)
    named.compare(members, trust)
    members.finish()
    return report


def _sum_up(report: Report) -> None:
    events = sum(facts.events for facts in report.chains)
    checkpoints = sum(facts.checkpoints for facts in report.chains)
    held = report.held
    held["chains"] = f"{events} events in {len(report.chains)} chains, each tied to the one before"
    held["checkpoints"] = f"{checkpoints} signatures of the device over the chain's head"
    held["times"] = f"clocks that run forwards within {sum(facts.boots for facts in report.chains)} boots"
