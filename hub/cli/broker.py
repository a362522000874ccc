"""`invigil-hub broker-config`: the settings of a Mosquitto that runs by itself, for a hub of several processes."""

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.console import Data, Json, die, read_settings, say
from hub.errors import HubError


def broker_config(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Folder to write into: mosquitto.conf, access list, keys.")],
    host: Annotated[list[str], typer.Option("--host", help="A name by which devices or the hub reach it; repeat.")],
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8883,
    mounted: Annotated[
        Path | None, typer.Option("--mounted-at", help="Where Mosquitto sees the folder, such as in its container.")
    ] = None,
    process: Annotated[
        list[str] | None,
        typer.Option("--process", help="Name of a hub process that may sign in; repeat. [default: hub, ingest, …-3]"),
    ] = None,
    user: Annotated[str, typer.Option(help="The user that Mosquitto runs as, where root starts it.")] = "mosquitto",
    as_json: Json = False,
) -> None:
    """Write configuration, access list and TLS keys for a Mosquitto that the hub does not start itself.

    Its keys are from the hub's own authority, so devices need nothing new. Run it again to issue new ones; they are
    good for two years. After a revocation give the broker revoked.pem from the data directory's ca/, and SIGHUP.

    Example: invigil-hub broker-config --host mqtt.example --out /etc/mosquitto/invigil --data /var/lib/invigil
    """
    from hub.devices.certificates import Authority
    from hub.mosquitto import Listener, access_list, configuration

    settings = read_settings(data, {})
    names = process or [f"{part}{number}" for part in ("hub", "ingest") for number in ("", "-2", "-3")]
    where = mounted or out.absolute()
    listener = Listener(
        port,
        "",
        where / "ca.pem",
        where / "server.pem",
        where / "server.key",
        where / "access.acl",
        where / "revoked.pem",
        user,
    )
    try:
        authority = Authority.load_or_create(settings.data / "ca")
        out.mkdir(parents=True, exist_ok=True)
        keys = authority.issue_server(host, out / "server")
        (out / "ca.pem").write_text(authority.certificate_pem)
        if not authority.revoked_file.exists():
            authority.write_revoked({})
        (out / "revoked.pem").write_bytes(authority.revoked_file.read_bytes())
        (out / "access.acl").write_text(access_list(names))
        # Mosquitto refuses an access list that others can read or that is not its own, in later versions.
        (out / "access.acl").chmod(0o600)
        (out / "mosquitto.conf").write_text(configuration(listener))
    except OSError as error:
        die(f"{out}: {error.strerror or error}", hint="choose a folder that can be written")
    except HubError as error:
        die(str(error), hint=error.hint)
    files = ["mosquitto.conf", "access.acl", "ca.pem", "revoked.pem", "server.pem", keys.key.name]
    text = f"""{out}: {", ".join(files)}
give them to the user that Mosquitto runs as: chown -R {user} {out}
for hub.toml: [broker] host = {host[0]!r}, port = {port}"""
    say(text, {"out": str(out), "files": files, "user": user, "host": host[0], "port": port}, as_json)
