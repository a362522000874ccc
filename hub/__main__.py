"""`invigil-hub`: runs the hub, and what an administrator does on its machine."""

import asyncio
import json
import logging
import re
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, get_args

import typer
from rich.console import Console
from rich.table import Table

from hub.config import Settings, load_settings
from hub.errors import HubError
from hub.views import Role

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The central program: stores and shows what booths report."
)
user = typer.Typer(
    no_args_is_help=True,
    help="People who may sign in. Example: invigil-hub user add ada --role admin --data /var/lib/invigil",
)
booth = typer.Typer(
    no_args_is_help=True,
    help="Places that are watched. Example: invigil-hub booth add room-1-a --name 'Room 1, A' --data /var/lib/invigil",
)
app.add_typer(user, name="user")
app.add_typer(booth, name="booth")

Data = Annotated[Path, typer.Option("--data", help="Directory that holds everything the hub keeps.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

Result = TypeVar("Result")


def die(message: str, *, hint: str = "") -> NoReturn:
    """Ends the command with what is wrong and what to do about it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)  # a path that is broken cannot be copied
    console.print("error:", style="bold red", end=" ")
    console.print(message, markup=False)
    if hint:
        console.print("hint:", style="bold", end="  ")
        console.print(hint, markup=False)
    raise typer.Exit(1)


@app.command()
def serve(
    data: Data,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes any free one. [default: 8080]")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="MQTT port; 0 takes any free one. [default: 8883]")] = None,
    public_host: Annotated[str | None, typer.Option(help="Name by which devices reach this hub.")] = None,
    behind_proxy: Annotated[bool | None, typer.Option("--behind-proxy", help="A proxy ends TLS: serve HTTP.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error. [default: info]")] = None,
) -> None:
    """Run the hub with its own MQTT broker until Ctrl-C. Options override DIR/hub.toml.

    On an address other than loopback it serves HTTPS with a certificate of its own authority.

    Example: invigil-hub serve --data /var/lib/invigil --host 192.168.1.10
    """
    options = {
        "host": host,
        "port": port,
        "mqtt_port": mqtt_port,
        "public_host": public_host,
        "behind_proxy": behind_proxy,
        "log_level": log_level,
    }
    settings = _settings(data, options)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    from hub.serve import serve as run

    try:
        code = run(settings)
    except HubError as error:
        die(str(error), hint=error.hint)
    raise typer.Exit(code)


@app.command()
def migrate(data: Data) -> None:
    """Bring the database up to date; `serve` does so too.

    Example: invigil-hub migrate --data /var/lib/invigil
    """
    _run(_with_database(_settings(data, {}), _nothing))
    print("the database is up to date")


@app.command()
def openapi() -> None:
    """Print the HTTP API as OpenAPI JSON.

    Example: invigil-hub openapi > hub/dashboard/openapi.json
    """
    from hub.app import create_app

    print(json.dumps(create_app().openapi(), indent=2, ensure_ascii=False))


@user.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="What the person signs in with.")],
    data: Data,
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(Role))}.")] = "proctor",
    display_name: Annotated[str, typer.Option(help="Shown to others; the name when left out.")] = "",
    password_stdin: PasswordStdin = False,
    as_json: Json = False,
) -> None:
    """Add a person who may sign in, and print the generated password once.

    Example: invigil-hub user add ada --role admin --data /var/lib/invigil
    """
    if role not in get_args(Role):
        die(f"there is no role {role!r}", hint=f"choose one of: {', '.join(get_args(Role))}")
    if not 1 <= len(name) <= 80 or name != name.strip():
        die(f"{name!r} cannot be a user name", hint="use 1 to 80 characters without spaces around them")
    password, generated = _password(password_stdin)
    from hub.auth import hash_password
    from hub.store import users

    async def add(database: Any) -> None:
        async with database.writing() as connection:
            if await users.find(connection, name) is not None:
                raise HubError(
                    f"there is a user {name!r} already", hint=f"set a new password: invigil-hub user password {name}"
                )
            await users.add(
                connection,
                {
                    "username": name,
                    "display_name": display_name or name,
                    "role": role,
                    "password_hash": hash_password(password),
                    "created_at": datetime.now(UTC),
                },
            )

    _run(_with_database(_settings(data, {}), add))
    _show_password(name, role, password if generated else None, as_json)


@user.command("list")
def user_list(data: Data, as_json: Json = False) -> None:
    """Show who may sign in.

    Example: invigil-hub user list --data /var/lib/invigil
    """
    from hub.store import users

    async def read(database: Any) -> list[dict[str, str]]:
        async with database.reading() as connection:
            return [
                {"username": row.username, "display_name": row.display_name, "role": row.role}
                for row in await users.everyone(connection)
            ]

    _show(_run(_with_database(_settings(data, {}), read)), as_json)


@user.command("password")
def user_password(
    name: Annotated[str, typer.Argument(help="Who gets a new password.")],
    data: Data,
    password_stdin: PasswordStdin = False,
    as_json: Json = False,
) -> None:
    """Set a new password and sign the person out everywhere.

    Example: invigil-hub user password ada --data /var/lib/invigil
    """
    password, generated = _password(password_stdin)
    from hub.auth import hash_password
    from hub.store import users

    async def change(database: Any) -> None:
        async with database.writing() as connection:
            if not await users.set_password(connection, name, hash_password(password)):
                raise HubError(f"there is no user {name!r}", hint="see: invigil-hub user list")

    _run(_with_database(_settings(data, {}), change))
    _show_password(name, None, password if generated else None, as_json)


@booth.command("add")
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

    settings = _settings(data, {})
    _run(_with_database(settings, add))
    _claim(settings, booth_id, as_json)


@booth.command("claim")
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

    settings = _settings(data, {})
    _run(_with_database(settings, check))
    _claim(settings, booth_id, as_json)


@booth.command("list")
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

    _show(_run(_with_database(_settings(data, {}), read)), as_json)


def _claim(settings: Settings, booth_id: str, as_json: bool) -> None:
    from hub.enrolment import ClaimCode, new_claim_code

    async def make(database: Any) -> ClaimCode:
        return await new_claim_code(database, booth_id)

    claim = _run(_with_database(settings, make))
    expires_at = claim.expires_at.isoformat(timespec="seconds")
    if as_json:
        print(json.dumps({"booth": booth_id, "claim_code": claim.code, "expires_at": expires_at}))
    else:
        print(f"claim code for {booth_id}: {claim.code} (once, until {expires_at})")
        print(f"on the device: invigil device enrol --hub URL --claim {claim.code} --dir DIR")


def _settings(data: Path, options: dict[str, Any]) -> Settings:
    try:
        return load_settings(data, options)
    except HubError as error:
        die(str(error), hint=error.hint)


async def _with_database(settings: Settings, work: Any) -> Any:
    """Runs `work` with the database, which may be in use by a hub."""
    from hub.db import Database

    database = Database(settings.database_path)
    try:
        await database.migrate()
        return await work(database)
    finally:
        await database.close()


async def _nothing(_: Any) -> None:
    return None


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except HubError as error:
        die(str(error), hint=error.hint)


def _password(from_stdin: bool) -> tuple[str, bool]:
    from hub.auth import generate_password

    if not from_stdin:
        return generate_password(), True
    password = sys.stdin.readline().rstrip("\n")
    if len(password) < 8:
        die("the password is too short", hint="use at least 8 characters")
    return password, False


def _show_password(name: str, role: str | None, password: str | None, as_json: bool) -> None:
    if as_json:
        shown = {"username": name, "role": role, "password": password}
        print(json.dumps({key: value for key, value in shown.items() if value is not None}))
    elif password is not None:
        print(f"password of {name}: {password} (shown only now)")
    else:
        print(f"password of {name} is set")


def _show(rows: list[dict[str, str]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("none yet")
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*row.values())
    Console().print(table, markup=False)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
