"""`invigil verify`: checks a bundle of evidence, with no hub and no network."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract.verify import verify_bundle
from contract.verify.report import CHECKS, ChainFacts, CheckName, Finding, Report
from contract.verify.trust import Certificate
from contract.wire import InvalidError
from provisioning import console

EPILOG = """\b
Examples: invigil verify room-1-a.zip --ca ca.pem
          invigil verify room-1-a.zip --ca 3f:0a:… --json | jq .verdict

\b
--ca is the hub's ca.pem, as each of its devices has it, or the SHA-256 fingerprint of that certificate. Without it
the bundle is compared with itself, and the answer names the authority whose word it is.
Exit codes: 0 whole · 1 altered, or not a bundle: what and where is named · 2 the command line was not understood, or a
file cannot be read · 3 nothing contradicts, but something is missing or not signed for, and is named."""

EXIT_CODE: Final = {"whole": 0, "broken": 1, "incomplete": 3}
_MARKS: Final = {"ok": ("✓", "green"), "wrong": ("✗", "red"), "missing": ("▲", "yellow"), "not checked": ("·", "dim")}
_LEVELS: Final = {"wrong": ("✗", "red"), "missing": ("▲", "yellow"), "note": ("·", "dim")}
TABLE_WIDTH: Final = 118
_VERDICTS: Final = {
    "whole": ("✓", "green", "whole: nothing was added, changed or left out"),
    "incomplete": ("▲", "yellow", "nothing contradicts, but not everything is here or signed for"),
    "broken": ("✗", "red", "this bundle is not what was recorded, or not a bundle"),
}


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The zip file.")],
    ca: Annotated[
        str | None, typer.Option("--ca", metavar="FILE|SHA256", help="The authority that must vouch for it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Check that nothing in a bundle was added, changed or left out, and say exactly what and where if it was."""
    pinned = _fingerprint(ca) if ca is not None else None
    try:
        with bundle.open("rb") as file:
            report = verify_bundle(file, pinned)
    except OSError as error:
        console.die(f"{bundle} cannot be read: {error.strerror or error}", code=2)
    if as_json:
        console.print_json({"bundle": str(bundle), **report.as_dict()})
    else:
        _show(report)
    raise typer.Exit(EXIT_CODE[report.verdict])


def _fingerprint(ca: str) -> str:
    """Of a PEM file, or as it was given: 64 hexadecimal digits, with colons or without."""
    digits = ca.replace(":", "").lower()
    if len(digits) == 64 and not set(digits) - set("0123456789abcdef"):
        return digits
    try:
        pem = Path(ca).read_bytes()
        if not pem.lstrip().startswith(b"-----BEGIN CERTIFICATE"):  # a bundle holds one, and would vouch for itself
            raise InvalidError("is no certificate in PEM")
        return Certificate.parse(pem).fingerprint
    except (OSError, InvalidError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        console.die(f"{ca}: {reason}", "give the hub's ca.pem, or the SHA-256 of the certificate in it", code=2)


def _show(report: Report) -> None:
    for check in CHECKS if report.held else ():
        _check(report, check)
    if report.chains:
        Console(width=max(console.answer.width, TABLE_WIDTH), highlight=False).print(_table(report.chains))
    for finding in report.findings:
        if (finding.check, finding.level) != ("authority", "note"):  # the last line says it
            _finding(finding)
    for check, level, count in report.more():
        _line("·", "dim", f"and {count} more of {check} ({level})")
    mark, style, words = _VERDICTS[report.verdict]
    if report.verdict == "whole" and not report.authority_pinned:
        words = "whole in itself; whose word it is was not compared with --ca"
    about = f"{report.booth}, made {report.made_at:%Y-%m-%d %H:%M} UTC: " if report.made_at else ""
    _line(mark, f"bold {style}", about + words)
    if report.authority_sha256 and not report.authority_pinned:
        _line(
            "→", "yellow", f"by the word of the authority {report.authority_sha256}; compare it with your hub's ca.pem"
        )


def _check(report: Report, check: CheckName) -> None:
    state = report.state(check)
    mark, style = _MARKS[state]
    if check == "authority" and state == "ok" and not report.authority_pinned:
        mark, style = _MARKS["missing"]
    text = report.held.get(check, "could not be checked")
    if state in ("wrong", "missing"):
        wrong, missing = report.count(check, "wrong"), report.count(check, "missing")
        text = ", ".join(f"{count} {what}" for count, what in ((wrong, "wrong"), (missing, "missing")) if count)
        text += ": see below"
    _line(mark, style, f"{check:<18}{text}")


def _finding(finding: Finding) -> None:
    mark, style = _LEVELS[finding.level]
    _line(mark, style, f"{finding.check}: {finding}")


def _line(mark: str, style: str, text: str) -> None:
    console.answer.print(Text.assemble((f"{mark} ", style), console.printable(text)))


def _table(chains: list[ChainFacts]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in (
        *("  chain", "events", "missing", "signed to", "boots"),
        *("from, device's clock", "to", "clock off", "longest way"),
    ):
        table.add_column(heading, no_wrap=True)
    for facts in chains:
        low, high = facts.clock_offset_ms or (None, None)
        table.add_row(
            f"  {str(facts.chain_id)[:8]}",
            f"{facts.first_seq}–{facts.last_seq}",
            str(facts.missing or "none"),
            str(facts.covered_seq or "nothing"),
            str(facts.boots),
            f"{facts.first_at:%Y-%m-%d %H:%M:%S}" if facts.first_at else "",
            f"{facts.last_at:%Y-%m-%d %H:%M:%S}" if facts.last_at else "",
            "not measured" if low is None else f"{low:+.0f} to {high:+.0f} ms",
            f"{facts.longest_wait_s:.1f} s",
        )
    return table
