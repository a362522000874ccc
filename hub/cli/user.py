"""`invigil-hub user`: people who may sign in, and the booths they may watch."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from hub.cli.console import Data, Json, die, read_settings, run, say, show, with_database
from hub.errors import HubError
from hub.views import Role, User

app = typer.Typer(
    no_args_is_help=True,
    help="People who may sign in. Example: invigil-hub user add ada --role admin --data /var/lib/invigil",
)

Name = Annotated[str, typer.Argument(help="What the person signs in with.")]
Booths = Annotated[list[str], typer.Argument(metavar="BOOTH...", help="Ids of booths.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
Change = Callable[[tuple[str, ...], list[str]], tuple[str, ...]]


@app.command("add")
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
    password, generated = new_password(password_stdin, name, display_name)
    from hub import audit
    from hub.people.passwords import hash_password
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
            await audit.record(connection, audit.COMMAND_LINE, "user.added", "user", name, role=role)

    run(with_database(read_settings(data, {}), add))
    _show_password(name, role, password if generated else None, as_json)


@app.command("list")
def user_list(data: Data, as_json: Json = False) -> None:
    """Show who may sign in, and which booths they may watch.

    Example: invigil-hub user list --data /var/lib/invigil
    """
    from hub.store import users

    async def read(database: Any) -> list[User]:
        async with database.reading() as connection:
            return await users.views(connection, datetime.now(UTC))

    people = run(with_database(read_settings(data, {}), read))
    if as_json:
        print(json.dumps([person.model_dump(mode="json") for person in people]))
    else:
        show([_row(person) for person in people], as_json=False)


@app.command("assign")
def user_assign(name: Name, booths: Booths, data: Data, as_json: Json = False) -> None:
    """Let a person watch booths, speak there and take pictures, besides those they have.

    It holds at once, also while the hub runs.

    Example: invigil-hub user assign pat room-1-a room-1-b --data /var/lib/invigil
    """
    _assign(name, booths, data, lambda mine, more: tuple(sorted({*mine, *more})), as_json)


@app.command("unassign")
def user_unassign(name: Name, booths: Booths, data: Data, as_json: Json = False) -> None:
    """Take booths away from a person. Who watches one of them is cut off within seconds.

    Example: invigil-hub user unassign pat room-1-b --data /var/lib/invigil
    """
    _assign(name, booths, data, lambda mine, less: tuple(booth for booth in mine if booth not in less), as_json)


@app.command("password")
def user_password(
    name: Annotated[str, typer.Argument(help="Who gets a new password.")],
    data: Data,
    password_stdin: PasswordStdin = False,
    as_json: Json = False,
) -> None:
    """Set a new password and sign the person out everywhere.

    Example: invigil-hub user password ada --data /var/lib/invigil
    """
    password, generated = new_password(password_stdin, name)
    from hub import audit
    from hub.people import accounts as people
    from hub.people.passwords import hash_password

    async def change(database: Any) -> None:
        async with database.writing() as connection:
            user = await _find(connection, name)
            await people.set_password(connection, audit.COMMAND_LINE, user, hash_password(password))

    run(with_database(read_settings(data, {}), change))
    _show_password(name, None, password if generated else None, as_json)


@app.command("unlock")
def user_unlock(name: Name, data: Data, as_json: Json = False) -> None:
    """Let a person sign in again who is locked after too many wrong passwords.

    Example: invigil-hub user unlock pat --data /var/lib/invigil
    """
    from hub import audit
    from hub.people import accounts as people

    async def change(database: Any) -> None:
        async with database.writing() as connection:
            await _find(connection, name)
            await people.unlock(connection, audit.COMMAND_LINE, name)

    run(with_database(read_settings(data, {}), change))
    say(f"{name} may sign in again", {"username": name, "locked": False}, as_json)


@app.command("disable")
def user_disable(name: Name, data: Data, as_json: Json = False) -> None:
    """Let a person sign in no more, and sign them out everywhere. Nobody is removed: records name them.

    Example: invigil-hub user disable pat --data /var/lib/invigil
    """
    from hub import audit
    from hub.people import accounts as people

    async def change(database: Any) -> None:
        async with database.writing() as connection:
            await people.disable(connection, audit.COMMAND_LINE, await _find(connection, name))

    run(with_database(read_settings(data, {}), change))
    say(f"{name} may not sign in any more", {"username": name, "disabled": True}, as_json)


@app.command("enable")
def user_enable(name: Name, data: Data, as_json: Json = False) -> None:
    """Let a person sign in again who was disabled.

    Example: invigil-hub user enable pat --data /var/lib/invigil
    """
    from hub import audit
    from hub.people import accounts as people

    async def change(database: Any) -> None:
        async with database.writing() as connection:
            await people.enable(connection, audit.COMMAND_LINE, await _find(connection, name))

    run(with_database(read_settings(data, {}), change))
    say(f"{name} may sign in", {"username": name, "disabled": False}, as_json)


async def _find(connection: Any, name: str) -> Any:
    from hub.store import users

    user = await users.find(connection, name)
    if user is None:
        raise HubError(f"there is no user {name!r}", hint="see: invigil-hub user list")
    return user


def _assign(name: str, booth_ids: list[str], data: Path, change: Change, as_json: bool) -> None:
    from hub import audit
    from hub.people import accounts as people
    from hub.store import booths, scopes

    async def write(database: Any) -> tuple[str, ...]:
        async with database.writing() as connection:
            user = await _find(connection, name)
            if user.role in scopes.EVERYWHERE:
                raise HubError(f"{name!r} is {user.role} and may watch every booth", hint="nothing needs to be done")
            unknown = set(booth_ids) - await booths.known(connection, booth_ids)
            if unknown:
                named = ", ".join(sorted(unknown))
                raise HubError(f"there is no booth {named}", hint="see: invigil-hub booth list")
            granted = await scopes.of_person(connection, user)
            wanted = granted.model_copy(update={"booths": change(granted.booths, booth_ids)})
            await people.set_scope(connection, audit.COMMAND_LINE, user, wanted)
            return await scopes.booths_of(connection, user) or ()

    mine = run(with_database(read_settings(data, {}), write))
    if as_json:
        print(json.dumps({"username": name, "booths": mine}))
    else:
        print(f"{name} may watch: {', '.join(mine) or 'no booth'}")


def _row(person: User) -> dict[str, str]:
    mine = "all" if person.booths is None else ", ".join(person.booths) or "none"
    return {"username": person.username, "display_name": person.display_name, "role": person.role, "booths": mine}


def new_password(from_stdin: bool, *about: str) -> tuple[str, bool]:
    """From standard input, or generated; which of the two. Ends the command for one that is too weak."""
    from hub.people.passwords import check_password, generate_password

    if not from_stdin:
        return generate_password(), True
    password = sys.stdin.readline().rstrip("\n")
    try:
        check_password(password, *about)
    except HubError as error:
        die(str(error), hint=error.hint)
    return password, False


def _show_password(name: str, role: str | None, password: str | None, as_json: bool) -> None:
    if as_json:
        shown = {"username": name, "role": role, "password": password}
        print(json.dumps({key: value for key, value in shown.items() if value is not None}))
    elif password is not None:
        print(f"password of {name}: {password} (shown only now)")
    else:
        print(f"password of {name} is set")
