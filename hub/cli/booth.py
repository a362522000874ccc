"""`invigil-hub booth`: places that are watched, and the claim codes of their devices."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.cli.console import Data, Json, die, read_settings, run, show, with_database
from hub.config import Settings
from hub.errors import HubError

app = typer.Typer(
    no_args_is_help=True,
    help="Places that are watched. Example: invigil-hub booth add room-1-a --name 'Room 1, A' --data /var/lib/invigil",
)


@app.command("add")
def booth_add(
    booth_id: Annotated[str, typer.Argument(help="Lower-case letters, digits, hyphens: part of addresses and topics.")],
    data: Data,
    name: Annotated[str, typer.Option(help="What people call it; the id when left out.")] = "",
    as_json: Json = False,
) -> None:
    """Add a booth and print the claim code with which its device enrols. It can be used once, within a day.

    Example: invigil-hub booth add room-1-a --name 'Room 1, booth A' --data /var/lib/invigil
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", booth_id):
        die(f"{booth_id!r} cannot be a booth id", hint="use up to 40 lower-case letters, digits and hyphens")
    if len(name) > 120:
        die("the name is too long", hint="use at most 120 characters")
    from hub.desired import DEFAULT_PROFILE
    from hub.store import booths

    async def add(database: Any) -> None:
        async with database.writing() as connection:
            if await booths.find(connection, booth_id) is not None:
                raise HubError(
                    f"there is a booth {booth_id!r} already",
                    hint=f"for a new claim code: invigil-hub booth claim {booth_id}",
                )
            await booths.add(connection, booth_id, name or booth_id, DEFAULT_PROFILE, datetime.now(UTC))

    settings = read_settings(data, {})
    run(with_database(settings, add))
    _claim(settings, booth_id, as_json)


@app.command("claim")
def booth_claim(
    booth_id: Annotated[str, typer.Argument(help="The booth that gets a new device.")],
    data: Data,
    as_json: Json = False,
) -> None:
    """Print a new claim code for a booth, for a new device or one that must enrol again.

    Example: invigil-hub booth claim room-1-a --data /var/lib/invigil
    """
    from hub.store import booths

    async def check(database: Any) -> None:
        async with database.reading() as connection:
            if await booths.find(connection, booth_id) is None:
                raise HubError(f"there is no booth {booth_id!r}", hint="see: invigil-hub booth list")

    settings = read_settings(data, {})
    run(with_database(settings, check))
    _claim(settings, booth_id, as_json)


@app.command("list")
def booth_list(data: Data, as_json: Json = False) -> None:
    """Show all booths and what they last said.

    Example: invigil-hub booth list --data /var/lib/invigil
    """
    from hub.store import booths

    async def read(database: Any) -> list[dict[str, str]]:
        async with database.reading() as connection:
            return [
                {"booth": each.booth_id, "name": each.name, "availability": each.availability}
                for each in await booths.views(connection)
            ]

    show(run(with_database(read_settings(data, {}), read)), as_json)


@app.command("revoke")
def booth_revoke(
    name: Annotated[str, typer.Argument(metavar="BOOTH|SERIAL", help="Its device in force, or one by serial number.")],
    data: Data,
    reason: Annotated[str, typer.Option(help="For the record: what happened to the device.")],
    as_json: Json = False,
) -> None:
    """Stop taking anything from a device whose key may be in other hands. What it had sent until now still counts.

    A running hub refuses its events and uploads at once, and cuts its connection within seconds. There is no way back:
    the booth needs a new device, or a new enrolment of this one.

    Example: invigil-hub booth revoke room-1-a --reason 'stolen on Monday' --data /var/lib/invigil
    """
    if not 0 < len(reason) <= 300:
        die("the reason cannot be kept", hint="say in up to 300 characters what happened")
    from hub.audit import Actor
    from hub.devices.revocation import revoke

    async def work(database: Any) -> Any:
        return await revoke(database, name, reason, Actor(None, "the hub's command line"))

    device = run(with_database(read_settings(data, {}), work))
    if as_json:
        print(json.dumps({"booth": device.booth_id, "serial": device.serial, "reason": reason}))
    else:
        print(f"revoked: the device of {device.booth_id}, serial {device.serial}")
        print(f"for a new one: invigil-hub booth claim {device.booth_id} --data {data}")


def _claim(settings: Settings, booth_id: str, as_json: bool) -> None:
    from hub.devices.admission import Code
    from hub.devices.enrolment import new_claim_code

    async def make(database: Any) -> Code:
        return await new_claim_code(database, booth_id)

    claim = run(with_database(settings, make))
    expires_at = claim.expires_at.isoformat(timespec="seconds")
    if as_json:
        print(json.dumps({"booth": booth_id, "claim_code": claim.code, "expires_at": expires_at}))
    else:
        print(f"claim code for {booth_id}: {claim.code} (once, until {expires_at})")
        print(f"on the device: invigil device enrol --hub URL --claim {claim.code} --dir DIR")
