"""Tries: a clip is fetched from the hub and looked at by a process of its own; only what was found stays."""

import hashlib
import logging
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import TypeAdapter

from agent.evidence.requests import Requests, trust
from agent.programs import Child
from agent.upkeep import SITTING
from contract.device import DeviceConfig
from contract.live import DoneReply
from contract.messages import AnyReply, ErrorReply
from contract.profiles import RuleProfile
from contract.sitting import SittingState
from contract.tries import TryCommand, TryStateCommand, TryStateReply
from contract.wire import InvalidError

log = logging.getLogger(__name__)

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
LONGEST_S: Final = 15 * 60.0
"""A minute of video takes a slow board a few minutes."""
LOOK_UP_S: Final = 0.2
"""How soon a try makes room for an exam session."""

PROFILES: Final = TypeAdapter(tuple[RuleProfile, ...])


class _EndedError(Exception):
    """The try cannot go on; the words are shown to who asked for it."""


class Tryouts:
    """One try at a time, in a thread of its own; nothing that the uplink calls here waits."""

    def __init__(
        self, config: DeviceConfig, key: ec.EllipticCurvePrivateKey, sitting: Callable[[], SittingState | None]
    ) -> None:
        """`sitting`: the state of the exam session that this booth follows now."""
        self._config = config
        self._requests = Requests(config, key)
        self._sitting = sitting
        self._folder = config.state_dir / "tries"
        shutil.rmtree(self._folder, ignore_errors=True)  # what a power cut left
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._state: TryStateReply | None = None
        self._thread: threading.Thread | None = None

    def begin(self, command: TryCommand) -> AnyReply:
        """Refused while an exam session is on or another clip is looked at."""
        if (state := self._sitting()) in SITTING:
            return ErrorReply(reason=f"an exam session is on here ({state}); choose another booth")
        with self._lock:
            if self._state is not None and self._state.state in {"fetching", "looking"}:
                return ErrorReply(reason="another clip is looked at here; wait for its end or choose another booth")
            self._state = TryStateReply(try_id=command.try_id, state="fetching")
            self._thread = threading.Thread(target=self._run, args=(command,), name="tryout", daemon=True)
            self._thread.start()
        return DoneReply()

    def state(self, command: TryStateCommand) -> AnyReply:
        state = self._state
        if state is None or state.try_id != command.try_id:
            return ErrorReply(reason="this booth knows nothing of the try: it started again, or another one came")
        return state

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self, command: TryCommand) -> None:
        reason = "it failed in a way nobody foresaw; the booth's log says more"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(dir=self._folder) as folder:
                clip = Path(folder) / "clip"
                began_s = time.monotonic()
                self._fetch(command, clip, began_s)
                done = self._look(command, clip, began_s)
            self._state = done
            return
        except _EndedError as error:
            reason = str(error)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = f"the clip could not be fetched from {self._config.hub.url} ({error})"
        except OSError as error:
            reason = f"the clip could not be kept or looked at here ({error.strerror or error})"
        except Exception:
            log.exception("A try failed.")
        before = self._state or TryStateReply(try_id=command.try_id, state="failed")
        self._state = before.model_copy(update={"state": "failed", "reason": reason[:300]})

    def _refuse_to_go_on(self, began_s: float) -> None:
        """Raises `_EndedError` where something else is more important."""
        if self._stop.is_set():
            raise _EndedError("the booth's agent stops; try again")
        if self._sitting() in SITTING:
            raise _EndedError("an exam session began in this booth; choose another one")
        if time.monotonic() - began_s > LONGEST_S:
            raise _EndedError(f"it took longer than {LONGEST_S / 60:.0f} minutes; choose a shorter clip")

    def _fetch(self, command: TryCommand, clip: Path, began_s: float) -> None:
        url, headers = self._requests.clip(command.try_id, command.sha256, command.size_bytes)
        digest, size = hashlib.sha256(), 0
        with (
            httpx.Client(verify=trust(self._config), timeout=TIMEOUT) as client,
            client.stream("GET", url, headers=headers) as answer,
            clip.open("wb") as file,
        ):
            if answer.status_code != 200:
                answer.read()
                raise _EndedError(f"the hub does not give the clip away ({answer.status_code} {answer.text[:160]})")
            for piece in answer.iter_bytes():
                self._refuse_to_go_on(began_s)
                size += len(piece)
                if size > command.size_bytes:
                    break
                digest.update(piece)
                file.write(piece)
        if size != command.size_bytes or digest.hexdigest() != command.sha256:
            raise _EndedError("what came from the hub is not the clip; try again")

    def _look(self, command: TryCommand, clip: Path, began_s: float) -> TryStateReply:
        profiles = clip.with_name("profiles.json")
        profiles.write_bytes(PROFILES.dump_json(command.profiles))
        arguments = ["judge", str(clip), str(profiles), str(command.try_id)]
        arguments += ["--face-engine", self._config.vision.face_engine]
        if self._config.weights_dir is not None:
            arguments += ["--weights-dir", str(self._config.weights_dir)]
        child, last = Child(*arguments), queue.SimpleQueue[TryStateReply]()
        listening = threading.Thread(target=self._listen, args=(child, last), name="tryout listener", daemon=True)
        listening.start()
        try:
            while listening.is_alive():
                self._refuse_to_go_on(began_s)
                listening.join(LOOK_UP_S)
        finally:
            child.kill()
            code = child.wait()
            listening.join()
        if last.empty():
            raise _EndedError(f"the process that looks ended without a result ({code}); the clip may be too large")
        return last.get()

    def _listen(self, child: Child, last: queue.SimpleQueue[TryStateReply]) -> None:
        """Until the process has closed what it prints to; the state that ends it goes to `last`."""
        for line in child.lines():
            try:
                state = TryStateReply.parse(line)
                if state.state in {"done", "failed"}:
                    last.put(state)
                else:
                    self._state = state
            except InvalidError as error:
                log.warning("The process that looks at a clip says what nobody understands: %s", error)
