"""`invigil-hub init`: a data directory with everything that a hub needs to be started for the first time."""

import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import tomli_w
import typer

from hub.cli.console import Data, Json, die, read_settings, run, with_database
from hub.cli.user import new_password

EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104 (booths and people come from other machines; HTTPS is on there)
HEAD: Final = "# Written by `invigil hub init`, read at every start; all that may stand here: docs/operations.md\n"


def init(
    data: Data,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = EVERY_ADDRESS,
    port: Annotated[int, typer.Option(help="HTTPS port.", min=1, max=65535)] = 8443,
    public_host: Annotated[
        str, typer.Option(help="Name by which devices and people reach this hub. [default: this machine's]")
    ] = "",
    admin: Annotated[str, typer.Option(help="What the first administrator signs in with.")] = "admin",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the administrator's password from standard input.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the authority, the database, hub.toml and the first administrator; what is there already is left as it is.

    Example: invigil-hub init --data /var/lib/invigil --public-host hub.example
    """
    written = _write_settings(data, host, port, public_host)
    settings = read_settings(data, {})
    from hub.devices.certificates import Authority, fingerprint, load_certificate
    from hub.errors import HubError
    from hub.lockfile import one_at_a_time

    try:
        with one_at_a_time(settings.data / "start.lock"):
            authority = Authority.load_or_create(settings.data / "ca")
        password, added = run(with_database(settings, lambda database: _administrator(database, admin, password_stdin)))
    except HubError as error:
        die(str(error), hint=error.hint)
    answer = {
        "data": str(settings.data),
        "config": str(settings.data / "hub.toml"),
        "config_written": written,
        "ca": str(authority.certificate_file),
        "ca_sha256": fingerprint(load_certificate(authority.certificate_pem)),
        "url": f"{'https' if settings.https else 'http'}://{settings.reach_host}:{settings.port}",
        "administrator": admin if added else None,
        **({"password": password} if password else {}),
    }
    if as_json:
        print(json.dumps(answer))
    else:
        _show(answer)


def _write_settings(data: Path, host: str, port: int, public_host: str) -> bool:
    """False where there are some already."""
    file = data / "hub.toml"
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if file.exists():
            return False
        known = {"host": host, "port": port, "public_host": public_host or socket.getfqdn()}
        new = file.with_suffix(".new")
        new.write_text(HEAD + tomli_w.dumps(known))
        new.replace(file)
    except OSError as error:
        die(f"{file} cannot be written: {error.strerror}", hint="choose another directory, or run it as its owner")
    return True


async def _administrator(database: Any, name: str, from_stdin: bool) -> tuple[str | None, bool]:
    """The password where one was generated, and whether somebody was added: nobody, where there is one already."""
    from hub import audit
    from hub.people.passwords import hash_password
    from hub.store import users

    async with database.reading() as connection:
        if await users.administrators(connection, 1):
            return None, False
    password, generated = new_password(from_stdin, name)
    person = {
        "username": name,
        "display_name": name,
        "role": "admin",
        "password_hash": hash_password(password),
        "created_at": datetime.now(UTC),
    }
    async with database.writing() as connection:
        await users.add(connection, person)
        await audit.record(connection, audit.COMMAND_LINE, "user.added", "user", name, role="admin")
    return password if generated else None, True


def _show(answer: dict[str, Any]) -> None:
    print(f"settings:      {answer['config']}{'' if answer['config_written'] else ' (as they were)'}")
    print(f"authority:     {answer['ca']}, SHA-256 {answer['ca_sha256']}")
    if answer["administrator"] is None:
        print("administrator: there is one already")
    elif "password" in answer:
        print(f"administrator: {answer['administrator']}, password {answer['password']} (shown only now)")
    else:
        print(f"administrator: {answer['administrator']}")
    print("next:")
    print(f"  1. start it:       invigil-hub serve --data {answer['data']}   (or: systemctl enable --now invigil-hub)")
    print(f"  2. sign in:        {answer['url']}")
    print(f"  3. keep a copy of: {answer['data']}/ca, without which no device comes in any more")
