"""`invigil-hub audit`: prove the audit log, and take it along."""

import json
import sys
from typing import Annotated, Any

import typer

from hub.cli.console import Data, Json, die, read_settings, run, with_database

app = typer.Typer(
    no_args_is_help=True,
    help="Who did what. Example: invigil-hub audit verify --data /var/lib/invigil",
)


@app.command("verify")
def audit_verify(data: Data, as_json: Json = False) -> None:
    """Check that every entry is as it was written; exit code 1 where one is not.

    Note the number of entries and the last hash elsewhere: only they show that no entries were cut off at the end.

    Example: invigil-hub audit verify --data /var/lib/invigil
    """
    from hub import audit_proof
    from hub.devices.certificates import Authority

    settings = read_settings(data, {})

    async def walk(database: Any) -> Any:
        return await audit_proof.verify(database, Authority.load_or_create(settings.data / "ca").signer())

    found = run(with_database(settings, walk))
    if as_json:
        print(found.model_dump_json())
    elif found.intact:
        if found.deleted_up_to:
            print(f"entries up to {found.deleted_up_to} were deleted by retention ({found.deletion.replace('_', ' ')})")
        print(f"{found.entries} entries, each as it was written; the last has the hash {found.head_sha256}")
    if not found.intact:
        if as_json:
            raise typer.Exit(1)
        die(f"the audit log is broken at entry {found.broken_at}: {found.why}", hint="compare with a backup")


@app.command("export")
def audit_export(data: Data, since: Annotated[int, typer.Option("--from", help="First number.")] = 1) -> None:
    """Write the entries to standard output, one JSON object in each line, oldest first.

    Example: invigil-hub audit export --data /var/lib/invigil > audit.jsonl
    """
    from hub import audit_proof
    from hub.store import audit_log

    async def write(database: Any) -> None:
        async for row in audit_log.everything(database):
            if row.number >= since:
                shown = audit_proof.entry(row).model_dump(mode="json")
                sys.stdout.write(json.dumps(shown, ensure_ascii=False, sort_keys=True) + "\n")

    run(with_database(read_settings(data, {}), write))
