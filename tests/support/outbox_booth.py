"""A booth in the test's own process: the agent's real outbox and uplink, with a journal, under invented violations."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from agent.health import Trouble
from agent.uplink.hub_clock import HubClock
from agent.uplink.outbox import Outbox
from agent.uplink.uplink import Uplink
from contract.device import DeviceConfig, HubConfig, TlsConfig
from contract.live import DoneReply
from contract.messages import Desired, Health, Reported, ViolationClosed, ViolationOpened
from tests.support.hub import Device, a_violation
from tests.support.journal import JournalledOutbox


class OutboxBooth:
    """`device` is enrolled at the hub; the broker is reached at `port` of loopback. It tells what it obeys."""

    def __init__(self, device: Device, port: int, folder: Path, outbox_kind: type[Outbox] = JournalledOutbox) -> None:
        self.name = device.booth
        self.trouble = Trouble()
        self.hub_clock = HubClock()
        self.obeyed: list[Desired] = []
        files = TlsConfig(
            ca=device.folder / "ca.pem", certificate=device.folder / "device.pem", key=device.folder / "device.key"
        )
        self.config = DeviceConfig(
            booth=device.booth,
            state_dir=folder,
            hub=HubConfig(url="http://127.0.0.1:9", mqtt_host="127.0.0.1", mqtt_port=port),
            tls=files,
        )
        folder.mkdir(parents=True, exist_ok=True)
        self._key = device.key
        self.outbox = outbox_kind(folder / "outbox.db", device.booth, self.trouble)
        self.uplink = Uplink(
            self.config,
            self.outbox,
            self.trouble,
            on_desired=self._obey,
            on_command=lambda _command: DoneReply(),
            hub_clock=self.hub_clock,
        )

    @property
    def depth(self) -> int:
        return self.outbox.depth

    def happen(self, violations: int, dice: random.Random | None = None) -> None:
        """Each opens and closes: two events. Signed at the end."""
        lasts_s = dice.uniform(0, 20) if dice else 5.0
        for number in range(violations):
            opened = a_violation(float(number))
            self.outbox.append(ViolationOpened(violation=opened))
            ended_at = datetime.fromtimestamp(opened.opened_at.timestamp() + lasts_s, UTC)
            self.outbox.append(ViolationClosed(violation=opened.model_copy(update={"ended_at": ended_at})))
        self.outbox.append_checkpoint(self._key)

    def beat(self) -> None:
        self.outbox.retry()
        self.uplink.beat(
            Health(
                at=datetime.now(UTC),
                version="1",
                uptime_s=1,
                camera="ok",
                capture_fps=15,
                frames_dropped=0,
                detectors=(),
                outbox_depth=self.outbox.depth,
                spool_files=0,
                disk_free_bytes=10**9,
            )
        )

    def stop(self) -> None:
        if self.uplink.alive:
            self.uplink.stop()
        self.outbox.close()

    def _obey(self, desired: Desired) -> None:
        self.obeyed.append(desired)
        self.uplink.report(
            Reported(
                revision=desired.revision,
                monitoring=desired.monitoring,
                profile=desired.profile.name,
                profile_version=desired.profile.version,
            )
        )


@contextmanager
def journals_in(folder: Path) -> Iterator[Path]:
    """Where the outboxes of this process write what they were told."""
    folder.mkdir(parents=True, exist_ok=True)
    JournalledOutbox.folder = folder
    yield folder
    del JournalledOutbox.folder
