"""The private Mosquitto: a child process that is kept running."""

import asyncio
import getpass
import logging
import os
import shutil
import signal
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import Final

from hub.devices.certificates import Authority, KeyPair
from hub.errors import BrokerError
from hub.metrics import Metrics
from hub.mosquitto import Listener, access_list, configuration

log = logging.getLogger(__name__)

RESTART_S: Final = (0.2, 5.0)
"""First and longest pause before a broker that ended is started again."""
STOP_S: Final = 2.0
START_S: Final = 10.0
STEADY_S: Final = 10.0
"""A broker that ran this long did not fail at its start."""


class Broker:
    def __init__(
        self, folder: Path, host: str, port: int, keys: KeyPair, authority: Authority, metrics: Metrics
    ) -> None:
        self._folder = folder
        self._host = host
        self._keys = keys
        self._authority = authority
        self._metrics = metrics
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.port = port

    async def start(self) -> None:
        """Starts Mosquitto, after ending one that a killed hub left behind; raises `BrokerError`."""
        program = find_mosquitto()
        await _end_orphans(self._config_file)
        self.port = self.port or free_port(self._host)
        _check_port(self._host, self.port)
        self._write_config()
        await self._spawn(program)
        try:
            await self._until_running()
        except BrokerError:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep_running(program), name="broker")

    def reload(self) -> None:
        """Has it read access list and list of revoked certificates again. Who is connected stays so."""
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        self._pid_file.unlink(missing_ok=True)

    async def _until_running(self) -> None:
        """Until the broker says that it listens; raises `BrokerError` with what it said when it ends instead."""
        process = self._process
        assert process is not None  # noqa: S101 (just started)
        assert process.stdout is not None  # noqa: S101 (it was asked for)
        said: list[str] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                async for raw in process.stdout:
                    said.append(raw.decode(errors="replace").strip())
                    if said[-1].endswith(" running"):
                        return
        raise BrokerError(
            f"the MQTT broker did not start: {'; '.join(said[-3:]) or 'it said nothing'}",
            hint=f"try: mosquitto -c {self._config_file}",
        )

    @property
    def _config_file(self) -> Path:
        return self._folder / "mosquitto.conf"

    @property
    def _pid_file(self) -> Path:
        return self._folder / "mosquitto.pid"

    async def _spawn(self, program: str) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                program, "-c", str(self._config_file), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
            )
        except OSError as error:
            raise BrokerError(f"{program} does not start: {error.strerror}", hint="check its permissions") from error
        self._pid_file.write_text(f"{self._process.pid}\n")

    async def _keep_running(self, program: str) -> None:
        pause_s, longest_s = RESTART_S
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            process = self._process
            if process is not None:
                await self._pass_on_log(process)
                code = await process.wait()
                log.error("the MQTT broker ended (%s); starting it again in %.1f s", _how(code), pause_s)
            if loop.time() - started > STEADY_S:
                pause_s = RESTART_S[0]
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)
            self._metrics.broker_restarts.inc()
            try:
                await self._spawn(program)
            except BrokerError as error:
                self._process = None
                log.error("%s", error)

    async def _pass_on_log(self, process: asyncio.subprocess.Process) -> None:
        """Until the broker closes its end."""
        assert process.stdout is not None  # noqa: S101 (it was asked for)
        async for raw in process.stdout:
            line = raw.decode(errors="replace").strip()
            if line:
                log.log(logging.WARNING if "Error" in line else logging.DEBUG, "mosquitto: %s", line)

    def _write_config(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._authority.revoked_file.exists():
            self._authority.write_revoked({})
        access_file = self._folder / "access.acl"
        access_file.write_text(access_list())
        access_file.chmod(0o600)
        listener = Listener(
            self.port,
            self._host,
            self._authority.certificate_file,
            self._keys.certificate,
            self._keys.key,
            access_file,
            self._authority.revoked_file,
            # Without it a broker that is started by root becomes a user who cannot read the keys.
            getpass.getuser() if os.geteuid() == 0 else "",
        )
        self._config_file.write_text("# Written at every start of the hub.\n" + configuration(listener))


def find_mosquitto() -> str:
    """Also where a user's PATH does not reach; raises `BrokerError`."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    program = shutil.which("mosquitto", path=path)
    if program is None:
        raise BrokerError("the MQTT broker Mosquitto is not installed", hint="install it: apt-get install mosquitto")
    return program


def free_port(host: str) -> int:
    with socket.create_server((host, 0), family=_family(host)) as found:
        return int(found.getsockname()[1])


def _check_port(host: str, port: int) -> None:
    try:
        socket.create_server((host, port), family=_family(host)).close()
    except OSError as error:
        raise BrokerError(
            f"cannot listen on {host}:{port} for MQTT: {error.strerror}", hint="choose another with --mqtt-port"
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


async def _end_orphans(config_file: Path) -> None:
    """Ends brokers of this data directory whose hub was killed: their command line names our configuration."""
    with ExitStack() as opened:
        orphans = []
        for pid in _running_with(config_file):
            with suppress(ProcessLookupError):
                orphan = os.pidfd_open(pid)
                opened.callback(os.close, orphan)
                log.warning("ending the MQTT broker %d that a killed hub left behind", pid)
                orphans.append(orphan)
        for final in (signal.SIGTERM, signal.SIGKILL):
            for orphan in orphans:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(orphan, final)
            # Not by its command line, which is gone while the port is still its own.
            orphans = [orphan for orphan in orphans if not await _ended(orphan)]


async def _ended(process: int) -> bool:
    """Within `STOP_S`; `process` is a file descriptor that becomes readable then."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process, end.set)
    try:
        await asyncio.wait_for(end.wait(), STOP_S)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(process)
    return True


def _running_with(config_file: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = entry.read_bytes().split(b"\0")
            if arguments[0].endswith(b"mosquitto") and os.fsencode(config_file) in arguments:
                found.append(int(entry.parent.name))
    return found
