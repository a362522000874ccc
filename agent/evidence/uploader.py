"""The uploader: sends spooled evidence to the hub over HTTPS, signed by the device, until the hub has it.

A small file goes whole. A large one goes in chunks, and after each of them what is most urgent goes first; the hub says
how much it has, so an interruption anywhere costs one chunk at most.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

import httpx
import tenacity
from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import StorageError
from agent.evidence.pace import Pace
from agent.evidence.requests import Requests, trust
from agent.evidence.spool import Spool, SpooledFile
from agent.health import Trouble
from contract.device import DeviceConfig

log = logging.getLogger(__name__)

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
RETRY_FIRST_S: Final = 0.5
RETRY_MAX_S: Final = 30.0

CHUNK_BYTES: Final = 256 * 1024
"""Half a second at the usual cap: what an interruption costs, and how long something urgent waits at most."""
PIECE_BYTES: Final = 16 * 1024
"""How evenly the cap is kept."""
WRONG_TWICE: Final = 2
"""A file that the hub twice found to be other bytes than its name says is so on this disk too."""

ABOUT_US: Final = {401, 403, 404, 405, 407}
"""Refusals of the device, its clock or the address, not of the file: a person mends them, so it is tried again."""

ABOUT_NOW: Final = {408, 409, 425, 429}


class Outcome(Enum):
    NOTHING = auto()
    MORE = auto()
    """A chunk arrived; the file is not whole yet."""
    DONE = auto()
    REFUSED = auto()
    LATER = auto()


class Uploader:
    """One thread. The spool says what is next; a file that the hub stumbles over lets the others pass.

    A file leaves the spool only when the hub says that it has it, or when the hub says that it will never take it.
    """

    def __init__(
        self,
        config: DeviceConfig,
        key: ec.EllipticCurvePrivateKey,
        spool: Spool,
        trouble: Trouble,
        hub_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`hub_now` is what time it is at the hub."""
        self._config = config
        self._requests = Requests(config, key, hub_now)
        self._spool = spool
        self._trouble = trouble
        self._stumbled: set[str] = set()
        self._offsets: dict[str, int] = {}
        """How much of a large file the hub has, as far as it said."""
        self._wrong: Counter[str] = Counter()
        self._client: httpx.Client | None = None
        self._stop = threading.Event()
        self._pace = Pace(config.evidence.upload_bps, self._stop)
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, join_s: float = 2.0) -> None:
        self._stop.set()
        self._spool.filled.set()
        self._thread.join(join_s)

    def _run(self) -> None:
        patiently = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda outcome: outcome is Outcome.LATER),
            wait=tenacity.wait_random_exponential(multiplier=RETRY_FIRST_S, max=RETRY_MAX_S),
            stop=tenacity.stop_when_event_set(self._stop),
            sleep=tenacity.sleep_using_event(self._stop),
            retry_error_callback=lambda _: Outcome.LATER,
        )
        self._spool.filled.set()  # what an earlier run left
        while not self._stop.is_set():
            self._spool.filled.wait()
            self._spool.filled.clear()
            while patiently(self._upload_next) is not Outcome.NOTHING and not self._stop.is_set():
                pass
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _upload_next(self) -> Outcome:
        try:
            file = self._spool.next(self._stumbled)
            if file is None and self._stumbled:
                self._stumbled.clear()
                file = self._spool.next()
        except StorageError as error:
            self._trouble.count("upload_failed", str(error))
            return Outcome.LATER
        if file is None:
            return Outcome.NOTHING
        outcome = self._upload(file)
        match outcome:
            case Outcome.DONE:
                self._spool.remove(file.sha256)
            case Outcome.REFUSED:
                self._spool.refuse(file.sha256)
            case Outcome.LATER:
                self._hang_up()  # a new client reads the certificates again: somebody may have mended them
        if outcome in {Outcome.DONE, Outcome.REFUSED}:
            self._offsets.pop(file.sha256, None)
            self._wrong.pop(file.sha256, None)
        return outcome

    def _upload(self, file: SpooledFile) -> Outcome:
        try:
            self._client = self._client or httpx.Client(verify=trust(self._config), timeout=TIMEOUT)
            if file.size_bytes <= CHUNK_BYTES:
                return self._send_whole(self._client, file)
            return self._send_chunk(self._client, file)
        except FileNotFoundError:  # dropped meanwhile to make room
            return Outcome.DONE
        except StorageError as error:
            self._stumbled.add(file.sha256)
            self._trouble.count("upload_failed", str(error))
        except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
            self._offsets.clear()  # whether the last chunk arrived is not known
            self._trouble.count("upload_failed", f"Evidence cannot be uploaded to {self._config.hub.url} ({error}).")
        except Exception as error:
            self._stumbled.add(file.sha256)
            self._trouble.count("upload_failed")
            log.exception("An upload failed in a way nobody foresaw: %s", error)
        return Outcome.LATER

    def _send_whole(self, client: httpx.Client, file: SpooledFile) -> Outcome:
        with self._spool.open(file.sha256) as content:
            data = content.read()
        url, headers = self._requests.whole(file, len(data))
        response = client.put(url, content=self._paced(data), headers=headers)
        return Outcome.DONE if response.status_code in {200, 201} else self._judge(file, response)

    def _send_chunk(self, client: httpx.Client, file: SpooledFile) -> Outcome:
        if file.sha256 not in self._offsets:
            url, headers = self._requests.question(file)
            response = client.head(url, headers=headers)
            if response.status_code != 204:
                return self._judge(file, response)
            if response.headers.get("Upload-Complete") == "?1":
                return Outcome.DONE
            self._offsets[file.sha256] = int(response.headers["Upload-Offset"])
        offset = self._offsets[file.sha256]
        with self._spool.open(file.sha256) as content:
            content.seek(offset)
            chunk = content.read(CHUNK_BYTES)
        url, headers = self._requests.chunk(file, offset, chunk)
        response = client.patch(url, content=self._paced(chunk), headers=headers)
        if response.status_code in {200, 201}:
            return Outcome.DONE
        if response.status_code != 204:
            return self._judge(file, response)
        self._offsets[file.sha256] = int(response.headers["Upload-Offset"])
        return Outcome.MORE

    def _paced(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            self._pace.spend(len(piece))
            yield piece

    def _judge(self, file: SpooledFile, response: httpx.Response) -> Outcome:
        """What the hub did not take."""
        status, chunked = response.status_code, file.size_bytes > CHUNK_BYTES
        self._offsets.pop(file.sha256, None)
        said = f"The hub answered an upload of evidence with {status} ({response.text[:200]})."
        if status in ABOUT_US:
            self._trouble.count("upload_refused", f"{said} Check this device's clock and enrolment; trying again.")
            return Outcome.LATER
        if status == 422 and chunked:
            self._wrong[file.sha256] += 1
        again = status in ABOUT_NOW or (status == 422 and chunked and self._wrong[file.sha256] < WRONG_TWICE)
        if 400 <= status < 500 and not again:
            self._trouble.count("upload_refused", f"{said} The file was moved to the spool's folder 'refused'.")
            return Outcome.REFUSED
        self._stumbled.add(file.sha256)
        self._trouble.count("upload_failed", said)
        return Outcome.LATER
