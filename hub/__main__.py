"""`invigil-hub`: runs the hub, and what an administrator does on its machine."""

import json
from typing import Annotated, NoReturn

import typer

from hub.cli import audit, backup, booth, broker, bundle, init, report, retention, user
from hub.cli.console import Data, Json, die, read_settings, run, say, with_database
from hub.config import Settings
from hub.errors import HubError
from hub.logs import configure_logging

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The central program: stores and shows what booths report."
)
app.add_typer(user.app, name="user")
app.add_typer(booth.app, name="booth")
app.add_typer(audit.app, name="audit")
app.command(name="bundle")(bundle.bundle)
app.command(name="report")(report.report)
app.add_typer(retention.app, name="retention")
app.command(name="broker-config")(broker.broker_config)
app.command(name="backup")(backup.backup)
app.command(name="restore")(backup.restore)
app.command(name="init")(init.init)

LogLevel = Annotated[str | None, typer.Option(help="debug, info, warning or error. [default: info]")]
Name = Annotated[
    str | None, typer.Option(help="Of this process, where several work on one data directory. [default: hub]")
]


@app.command()
def serve(
    data: Data,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes any free one. [default: 8080]")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="MQTT port; 0 takes any free one. [default: 8883]")] = None,
    public_host: Annotated[str | None, typer.Option(help="Name by which devices reach this hub.")] = None,
    behind_proxy: Annotated[bool | None, typer.Option("--behind-proxy", help="A proxy ends TLS: serve HTTP.")] = None,
    log_level: LogLevel = None,
    no_ingest: Annotated[bool, typer.Option("--no-ingest", help="Leave events to `invigil-hub ingest`.")] = False,
    name: Name = None,
) -> None:
    """Run the hub until Ctrl-C, with an MQTT broker of its own where hub.toml names none. Options override hub.toml.

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
        "ingests": False if no_ingest else None,
        "name": name,
    }
    _run(read_settings(data, options))


@app.command()
def ingest(
    data: Data,
    host: Annotated[str | None, typer.Option(help="Address for probes and metrics. [default: 127.0.0.1]")] = None,
    port: Annotated[int, typer.Option(help="Port for probes and metrics; 0 takes any free one.")] = 8081,
    log_level: LogLevel = None,
    name: Name = "ingest",
) -> None:
    """Store what booths send, beside one or more `serve --no-ingest`. Each has a name of its own.

    Needs [database] and [broker] in DIR/hub.toml.

    Example: invigil-hub ingest --name ingest-2 --port 8082 --data /var/lib/invigil
    """
    options = {"host": host, "port": port, "log_level": log_level, "name": name, "serves": False}
    _run(read_settings(data, options))


def _run(settings: Settings) -> NoReturn:
    configure_logging(settings.log_level, settings.log_format)
    from hub.serve import serve as run_hub

    try:
        code = run_hub(settings)
    except HubError as error:
        die(str(error), hint=error.hint)
    raise typer.Exit(code)


@app.command()
def migrate(data: Data, as_json: Json = False) -> None:
    """Bring the database up to date; `serve` does so too.

    Example: invigil-hub migrate --data /var/lib/invigil
    """

    async def nothing(_: object) -> None:
        return None

    run(with_database(read_settings(data, {}), nothing))
    say("the database is up to date", {"up_to_date": True}, as_json)


@app.command()
def openapi() -> None:
    """Print the HTTP API as OpenAPI JSON.

    Example: invigil-hub openapi > hub/dashboard/openapi.json
    """
    from hub.app import create_app

    print(json.dumps(create_app().openapi(), indent=2, ensure_ascii=False))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
