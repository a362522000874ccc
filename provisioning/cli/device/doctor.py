"""`invigil device doctor`: what is wrong with this device, what that means, and what to do."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from contract.checkup import CheckResult, CheckState, Checkup
from provisioning import console
from provisioning import doctor as agents_doctor

EPILOG = """\b
Examples: sudo invigil device doctor
          sudo invigil device doctor --only camera --only light
          sudo invigil device doctor --fix
          invigil device doctor --json | jq -r '.checks[] | select(.state == "failed") | .name'

\b
Works while the agent runs, and while it does not. Every check: docs/doctor.md.
Exit codes: 0 all well · 1 something failed, or could not be looked at · 3 there are warnings only ·
2 the command line was not understood. What nobody can tell on this board changes nothing."""

CONFIG: Final = Path("/etc/invigil/device.toml")
SIGNS: Final[dict[CheckState, tuple[str, str]]] = {
    "ok": ("✓ ok", "green"),
    "warning": ("▲ warning", "yellow"),
    "failed": ("✗ failed", "red"),
    "unknown": ("? unknown", "cyan"),
    "not_applicable": ("– none here", "dim"),
}
WARNED: Final = 3


def doctor(
    config: Annotated[Path, typer.Option("--config", help="The device's settings.")] = CONFIG,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="This check; repeatable.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend, and say what was done.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Only say what there is to look at.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Look this device over: camera, light, networks, clock, certificate, disk, power and what waits for the hub."""
    if listed:
        _list(only or [], as_json=as_json)
        return
    with console.spinner() as working:
        working.add_task("looking at this device")
        checkup = agents_doctor.examine(config, only or [], mend=fix)
    if as_json:
        console.print_json(checkup.model_dump(mode="json"))
    else:
        _show(checkup)
    if checkup.named("failed"):
        raise typer.Exit(1)
    if checkup.named("warning"):
        raise typer.Exit(WARNED)


def _list(only: list[str], *, as_json: bool) -> None:
    checks = agents_doctor.known_checks(only)
    if as_json:
        console.print_json(checks)
        return
    table = console.table("check", "what is looked at", "--fix")
    for check in checks:
        table.add_row(check["name"], check["means"], check["mends"])
    console.print_table(table)


def _show(checkup: Checkup) -> None:
    """The table, then what to do about each that is not well."""
    table = console.table("check", "state", "what was found")
    table.columns[-1].no_wrap, table.columns[-1].overflow = False, "fold"
    for check in checkup.checks:
        word, style = SIGNS[check.state]
        table.add_row(check.title, Text(word, style), Text(console.printable(check.said)))
    console.print_table(table)
    for check in checkup.checks:
        _advise(check)
    counts = {state: len(checkup.named(state)) for state in SIGNS}
    console.notes.print(
        f"{counts['failed']} failed, {counts['warning']} warnings, {counts['ok']} ok, {counts['unknown']} unknown, "
        f"in {checkup.took_s:.1f} s"
    )


def _advise(check: CheckResult) -> None:
    if check.fixed:
        console.answer.print(Text(f"{check.title}: --fix {console.printable(check.fixed)}", "green"))
    if check.advice and check.state in {"failed", "warning"}:
        console.answer.print(Text.assemble((f"{check.title}: ", "bold"), check.means), soft_wrap=True)
        console.answer.print(Text(f"  → {check.advice}"), soft_wrap=True)
