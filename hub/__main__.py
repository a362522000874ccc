"""`invigil-hub`: runs the hub, and what an administrator does on its machine."""

import json
import logging
import sys
from typing import Annotated

import typer

from hub.cli import booth, bundle, retention, user
from hub.cli.console import Data, die, read_settings, run, with_database
from hub.errors import HubError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The central program: stores and shows what booths report."
)
app.add_typer(user.app, name="user")
app.add_typer(booth.app, name="booth")
app.command(name="bundle")(bundle.bundle)
app.add_typer(retention.app, name="retention")


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
    settings = read_settings(data, options)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    from hub.serve import serve as run_hub

    try:
        code = run_hub(settings)
    except HubError as error:
        die(str(error), hint=error.hint)
    raise typer.Exit(code)


@app.command()
def migrate(data: Data) -> None:
    """Bring the database up to date; `serve` does so too.

    Example: invigil-hub migrate --data /var/lib/invigil
    """

    async def nothing(_: object) -> None:
        return None

    run(with_database(read_settings(data, {}), nothing))
    print("the database is up to date")


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
