"""A real coturn on loopback, started as in production: the same script and configuration, other ports."""

import getpass
import shutil
from pathlib import Path

import pytest

from hub.config import IceConfig
from hub.streaming.turn import IceServers
from tests.support.broker import Authority
from tests.support.processes import ROOT, Program, free_port, wait_for

SECRET = "of-a-test-and-nothing-else"


class TurnServer:
    def __init__(self, folder: Path) -> None:
        if shutil.which("turnserver") is None:
            pytest.fail("coturn is not installed; run: make test (or: apt-get install coturn)")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.authority = Authority(folder / "authority")
        tls = self.authority.issue("localhost")
        self.secret_file = folder / "turn.secret"
        self.secret_file.write_text(SECRET + "\n")
        self.secret_file.chmod(0o600)
        more = folder / "more.conf"
        more.write_text("allow-loopback-peers\nverbose\n")  # everything here is loopback
        settings = {
            "TURN_SECRET_FILE": self.secret_file,
            "TURN_RUN_DIR": folder / "run",
            "TURN_LISTEN_IP": "127.0.0.1",
            "TURN_PORT": self.port,
            "TURN_TLS_PORT": self.tls_port,
            "TURN_CERTIFICATE": tls.certificate,
            "TURN_KEY": tls.key,
            "TURN_MORE": more,
            "TURN_USER": getpass.getuser(),  # nobody else may enter a test's folder
        }
        script = ROOT / "systemd/coturn/start.sh"
        self.program = Program(
            ["env", *(f"{name}={value}" for name, value in settings.items()), script], folder / "turn.log"
        )

    @property
    def urls(self) -> tuple[str, ...]:
        """UDP, TCP and TLS, as `hub.toml` lists them."""
        return (
            f"turn:127.0.0.1:{self.port}?transport=udp",
            f"turn:127.0.0.1:{self.port}?transport=tcp",
            f"turns:localhost:{self.tls_port}?transport=tcp",
        )

    def ice_servers(self, **changes: object) -> IceServers:
        """The hub's side of the same secret."""
        config = {"urls": self.urls, "turn_secret_file": self.secret_file.name, **changes}
        return IceServers.load(IceConfig.configure(config), self.folder)

    def __enter__(self) -> "TurnServer":
        self.program.start()

        def ready() -> bool:
            self.program.must_run()
            said = self.program.tail(1000)
            return "Relay ports initialization done" in said and "SQLite DB connection success" in said

        wait_for("coturn", ready)
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()
