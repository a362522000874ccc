"""Runs the hub: one HTTP server, started and stopped from here, and `DIR/hub.json` (by name) while it is ready."""

import asyncio
import gc
import json
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import uvicorn

from hub import __version__
from hub.announcing import Announcer
from hub.app import create_app, create_probes, running
from hub.broker import find_mosquitto
from hub.config import Settings
from hub.errors import HubError
from hub.lockfile import only_one
from hub.parts import Hub

log = logging.getLogger(__name__)

GRACE_S: Final = 2
"""How long requests may take to end when the hub stops."""


def serve(settings: Settings) -> int:
    """Until SIGTERM or SIGINT; returns the exit code. Raises `HubError` for what keeps the hub from starting."""
    check_parts(settings)
    if settings.broker is None:
        find_mosquitto()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with only_one(settings.data / f"{settings.name}.lock", "a hub"), _fresh(settings), _listening(settings) as listener:
        server = _Server(settings, listener)
        # Heard from the first moment. uvicorn raises the signal again when it is done: then this is heard, and 0 is
        # the answer.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.end())
        try:
            asyncio.run(server.run_hub())
        finally:
            _ready_file(settings).unlink(missing_ok=True)
    return 0


class _Server(uvicorn.Server):
    """uvicorn around a running hub; says when it is ready, and tells browsers before it stops."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._app = create_app() if settings.serves else create_probes()
        super().__init__(
            uvicorn.Config(
                self._app,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="websockets-sansio",
                ws_max_size=64 * 1024,
                # A browser that vanished is noticed within 15 s, so that the record of who watched is that exact.
                ws_ping_interval=5.0,
                ws_ping_timeout=10.0,
                lifespan="off",
                timeout_graceful_shutdown=GRACE_S,
                proxy_headers=settings.behind_proxy,
                forwarded_allow_ips=list(settings.proxy_addresses),
            )
        )
        self._settings = settings
        self._listener = listener
        self._hub: Hub | None = None
        self._announcer: Announcer | None = None

    def end(self) -> None:
        self.should_exit = True

    async def run_hub(self) -> None:
        """Everything behind the routes starts before the first request and stops after the last."""
        async with running(self._settings) as hub:
            self._hub = self._app.state.hub = hub
            if self._settings.https:
                self.config.ssl_certfile = str(hub.server_keys.certificate)
                self.config.ssl_keyfile = str(hub.server_keys.key)
            if not self.should_exit:
                await self.serve(sockets=[self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._hub is not None and self.started and not self.should_exit:
            port = self._listener.getsockname()[1]
            if self._settings.announces:
                self._announcer = Announcer(self._settings, port, self._hub.authority.fingerprint, __version__)
                self._announcer.start()
            _announce(self._settings, self._hub, port)
            # What is there by now stays. A collector that walks through all of it again makes every booth and browser
            # wait a tenth of a second.
            gc.collect()
            gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log.info("stopping")
        if self._announcer is not None:
            await self._announcer.stop()
        if self._hub is not None:
            self._hub.live.close_all()
            self._hub.signaling.close_all()
        await super().shutdown(sockets)


def _announce(settings: Settings, hub: Hub, port: int) -> None:
    scheme = "https" if settings.https else "http"
    host = settings.reach_host
    url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    ready = {"url": url, "mqtt_host": host, "mqtt_port": hub.mqtt.port, "pid": os.getpid()}
    path = _ready_file(settings)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(ready) + "\n")
    new.replace(path)
    what = "Invigil hub" if settings.serves else "Invigil ingest"
    print(f"{what} is ready: {url} (MQTT {host}:{hub.mqtt.port}); Ctrl-C stops it", flush=True)


def _ready_file(settings: Settings) -> Path:
    return settings.data / f"{settings.name}.json"


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
def _fresh(settings: Settings) -> Iterator[None]:
    """What a killed hub left behind says nothing of this one."""
    with suppress(FileNotFoundError):
        _ready_file(settings).unlink()
    yield


def check_parts(settings: Settings) -> None:
    """Raises `HubError` for settings with which several processes would not see the same."""
    if settings.is_one_of_several and (settings.broker is None or settings.database is None):
        raise HubError(
            "several processes need a PostgreSQL and a broker that both of them reach",
            hint="set [database] and [broker] in hub.toml: docs/operations.md",
        )
