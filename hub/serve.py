"""Runs the hub: one HTTP server, started and stopped from here, and `DIR/hub.json` while it is ready."""

import asyncio
import fcntl
import json
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from hub.app import create_app
from hub.broker import find_mosquitto
from hub.config import Settings
from hub.errors import HubError
from hub.parts import Hub

log = logging.getLogger(__name__)

GRACE_S: Final = 2
"""How long requests may take to end when the hub stops."""


def serve(settings: Settings) -> int:
    """Until SIGTERM or SIGINT; returns the exit code. Raises `HubError` for what is wrong before the start."""
    find_mosquitto()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(settings.data), _listening(settings) as listener:
        app = create_app(settings)
        keys = _https_keys(settings)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=64 * 1024,
            lifespan="on",
            timeout_graceful_shutdown=GRACE_S,
            proxy_headers=settings.behind_proxy,
            **keys,
        )
        server = _Server(config, app, settings, listener)
        # uvicorn raises the signal again when it is done; by then the hub has stopped and 0 is the answer.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        try:
            asyncio.run(server.serve(sockets=[listener]))
        finally:
            _ready_file(settings).unlink(missing_ok=True)
        return 0 if server.was_ready else 1


class _Server(uvicorn.Server):
    """uvicorn, which here also says when it is ready and tells browsers before it stops."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, settings: Settings, listener: socket.socket) -> None:
        super().__init__(config)
        self._app = app
        self._settings = settings
        self._port = listener.getsockname()[1]
        self.was_ready = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self.was_ready = True
            _announce(self._settings, self._hub, self._port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log.info("stopping")
        if self.was_ready:
            self._hub.live.close_all()
        await super().shutdown(sockets)

    @property
    def _hub(self) -> Hub:
        hub = self._app.state.hub
        assert isinstance(hub, Hub)  # noqa: S101 (the lifespan has run)
        return hub


def _announce(settings: Settings, hub: Hub, port: int) -> None:
    scheme = "https" if settings.https else "http"
    host = settings.reach_host
    url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    ready = {"url": url, "mqtt_host": host, "mqtt_port": hub.mqtt.port, "pid": os.getpid()}
    path = _ready_file(settings)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(ready) + "\n")
    new.replace(path)
    print(f"Invigil hub is ready: {url} (MQTT {host}:{hub.mqtt.port}); Ctrl-C stops it", flush=True)


def _ready_file(settings: Settings) -> Path:
    return settings.data / "hub.json"


def _https_keys(settings: Settings) -> dict[str, Any]:
    """The certificate is issued when the lifespan starts, which is after uvicorn has read it: so it is issued here."""
    if not settings.https:
        return {}
    from hub.certificates import Authority

    keys = Authority.load_or_create(settings.data / "ca").issue_server([settings.host, settings.reach_host])
    return {"ssl_certfile": str(keys.certificate), "ssl_keyfile": str(keys.key)}


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        raise HubError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}",
            hint="choose another address with --host or --port",
        ) from error
    with listener:
        yield listener


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Two hubs on one data directory would fight over the broker. The lock ends with the process, however it ends."""
    with (data / "hub.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HubError(f"a hub is running already on {data}", hint="stop it, or choose another --data") from error
        with suppress(FileNotFoundError):
            (data / "hub.json").unlink()
        yield
