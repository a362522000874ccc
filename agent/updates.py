"""Updates that the hub asks for: the release is fetched, and whoever may install on this device is asked to.

The agent installs nothing, and judges no signature: it leaves file and request in its own folder, where systemd looks
for them, and reads what came of it in the updater's journal (docs/decisions/0046).
"""

import hashlib
import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from agent.config import agent_version
from agent.evidence.requests import Requests, trust
from contract.device import DeviceConfig
from contract.live import DoneReply
from contract.messages import AnyReply, ErrorReply
from contract.sitting import SITTING, SittingState
from contract.updates import UpdateCommand, UpdatePhase, UpdateStateCommand, UpdateStateReply

log = logging.getLogger(__name__)

REQUEST: Final = "request.json"
FILE: Final = "asked.release"
TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
TRIES: Final = 20
AGAIN_S: Final = 3.0
"""A download that breaks off goes on where it ended, so often."""


class _EndedError(Exception):
    """The download cannot go on; the words are shown to who asked for it."""


def requests_dir(config: DeviceConfig) -> Path:
    """In the folder that systemd gives the service, where `invigil-update.path` looks; else beside the outbox."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return (Path(given) if given else config.state_dir) / "update"


def releases_root(prefix: Path | None = None) -> Path | None:
    """The folder with the releases of which this is one; None for an agent that was installed in another way."""
    prefix = prefix or Path(sys.prefix)
    return prefix.parent.parent if prefix.parent.name == "releases" else None


class Updates:
    """One download at a time, in a thread of its own; nothing that the uplink calls here waits."""

    def __init__(
        self,
        config: DeviceConfig,
        key: ec.EllipticCurvePrivateKey,
        sitting: Callable[[], SittingState | None],
        root: Path | None,
    ) -> None:
        """`sitting`: the state of the exam session that this booth follows now. `root`: as `releases_root` finds it."""
        self._config = config
        self._requests = Requests(config, key)
        self._sitting = sitting
        self._root = root
        self._folder = requests_dir(config)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._state: UpdateStateReply | None = None
        self._thread: threading.Thread | None = None

    def begin(self, command: UpdateCommand) -> AnyReply:
        """Refused while an exam session is on, another release is fetched, or nobody here could install it."""
        if (state := self._sitting()) in SITTING:
            return ErrorReply(reason=f"an exam session is on here ({state}); try again when it is over")
        if self._root is None:
            return ErrorReply(reason="this agent was not installed from a release; install one on the device first")
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                if self._state is not None and self._state.name == command.name:
                    return DoneReply()  # asked again, as the answer was lost
                return ErrorReply(reason="another release is being fetched here; wait for its end")
            if self.state(UpdateStateCommand(name=command.name)).phase != "unknown":
                return DoneReply()
            self._say(command, "fetching")
            self._thread = threading.Thread(target=self._run, args=(command,), name="update", daemon=True)
            self._thread.start()
        return DoneReply()

    def state(self, command: UpdateStateCommand) -> UpdateStateReply:
        said = self._state
        journal = self._journal()
        if journal.get("request") == command.name and journal.get("phase") in get_args(UpdatePhase):
            return UpdateStateReply(
                name=command.name,
                phase=journal["phase"],
                reason=str(journal.get("reason", ""))[:300],
                share=1.0,
                version=agent_version(),
            )
        if said is not None and said.name == command.name:
            return said
        asked = self._asked() == command.name
        return UpdateStateReply(name=command.name, phase="asked" if asked else "unknown", version=agent_version())

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _say(self, command: UpdateCommand, phase: UpdatePhase, reason: str = "", share: float = 0.0) -> None:
        self._state = UpdateStateReply(
            name=command.name, phase=phase, reason=reason[:300], share=share, version=agent_version()
        )

    def _journal(self) -> dict[str, object]:
        try:
            journal = json.loads((self._root / "state" / "update.json").read_bytes()) if self._root else {}
        except (OSError, ValueError):
            return {}
        return journal if isinstance(journal, dict) else {}

    def _asked(self) -> str | None:
        """The name of the request that waits."""
        try:
            return str(json.loads((self._folder / REQUEST).read_bytes())["name"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _run(self, command: UpdateCommand) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._fetch(command)
            self._ask(command)
            self._say(command, "asked", share=1.0)
        except _EndedError as error:
            self._say(command, "failed", str(error))
        except OSError as error:
            self._say(command, "failed", f"the release could not be kept here ({error.strerror or error})")
        except Exception:
            log.exception("A release could not be fetched.")
            self._say(command, "failed", "it failed in a way nobody foresaw; the booth's log says more")

    def _fetch(self, command: UpdateCommand) -> None:
        part = self._part(command)
        for other in self._folder.glob("*.part"):
            if other != part:
                other.unlink()
        for _ in range(TRIES):
            try:
                self._fetch_more(command, part)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                log.warning("A release breaks off and goes on: %s", error)
            if part.exists() and part.stat().st_size >= command.size_bytes:
                break
            if self._stop.wait(AGAIN_S):
                raise _EndedError("the booth's agent stops; try again")
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if part.stat().st_size != command.size_bytes or found != command.sha256:
            part.unlink()
            raise _EndedError(f"what came from {self._config.hub.url} is not the release; try again")

    def _part(self, command: UpdateCommand) -> Path:
        """What has come of it, before a restart as well."""
        return self._folder / f"{command.sha256}.part"

    def _fetch_more(self, command: UpdateCommand, part: Path) -> None:
        """From where the part ends."""
        url, headers = self._requests.release(command.version, command.sha256, command.size_bytes)
        with part.open("ab") as file, httpx.Client(verify=trust(self._config), timeout=TIMEOUT) as client:
            headers["Range"] = f"bytes={file.tell()}-"
            with client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == 416:  # nothing is left of it
                    return
                if answer.status_code not in (200, 206):
                    answer.read()
                    raise _EndedError(
                        f"the hub does not give the release away ({answer.status_code} {answer.text[:160]})"
                    )
                if answer.status_code == 200:
                    file.truncate(0)
                for piece in answer.iter_bytes():
                    self._refuse_to_go_on()
                    file.write(piece)
                    if file.tell() > command.size_bytes:
                        return
                    self._say(command, "fetching", share=file.tell() / command.size_bytes)
            file.flush()
            os.fsync(file.fileno())

    def _refuse_to_go_on(self) -> None:
        if self._stop.is_set():
            raise _EndedError("the booth's agent stops; try again")
        if self._sitting() in SITTING:
            raise _EndedError("an exam session began here")

    def _ask(self, command: UpdateCommand) -> None:
        """The request is written last: systemd looks for it."""
        os.replace(self._part(command), self._folder / FILE)
        part = self._folder / f"{REQUEST}.new"
        part.write_text(json.dumps({"name": command.name, "allow_older": command.allow_older}))
        os.replace(part, self._folder / REQUEST)
