"""The uploader: sends spooled evidence to the hub over HTTPS, signed by the device, until the hub has it."""

import base64
import logging
import ssl
import threading
from collections import Counter
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import Final

import httpx
import tenacity
from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import StorageError
from agent.evidence.spool import Spool, SpooledFile
from agent.health import Trouble
from contract.chain import sign, upload_bytes
from contract.device import DeviceConfig

log = logging.getLogger(__name__)

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
RETRY_FIRST_S: Final = 0.5
RETRY_MAX_S: Final = 30.0

ABOUT_US: Final = {401, 403, 404, 407}
"""Refusals of the device, its clock or the address, not of the file: a person mends them, so it is tried again."""

ABOUT_NOW: Final = {408, 425, 429}


class Outcome(Enum):
    NOTHING = auto()
    DONE = auto()
    REFUSED = auto()
    LATER = auto()


class Uploader:
    """One thread. The newest evidence goes first, because somebody may be looking; one that failed goes to the back.

    A file leaves the spool on 200 or 201 only, or into `refused/` when the hub says that it will never take it.
    """

    def __init__(self, config: DeviceConfig, key: ec.EllipticCurvePrivateKey, spool: Spool, trouble: Trouble) -> None:
        self._config = config
        self._key = key
        self._spool = spool
        self._trouble = trouble
        self._failures: Counter[str] = Counter()
        self._client: httpx.Client | None = None
        self._stop = threading.Event()
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
            while patiently(self._upload_one) is not Outcome.NOTHING and not self._stop.is_set():
                pass
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _upload_one(self) -> Outcome:
        try:
            files = self._spool.files()
        except StorageError as error:
            self._trouble.count("upload_failed", str(error))
            return Outcome.LATER
        if not files:
            return Outcome.NOTHING
        file = min(files, key=lambda file: (self._failures[file.sha256], -file.written_ns))
        outcome = self._upload(file)
        match outcome:
            case Outcome.DONE:
                self._spool.remove(file)
            case Outcome.REFUSED:
                self._spool.refuse(file)
            case Outcome.LATER:
                self._failures[file.sha256] += 1
                self._hang_up()  # a new client reads the certificates again: somebody may have mended them
        if outcome is not Outcome.LATER:
            del self._failures[file.sha256]
        return outcome

    def _upload(self, file: SpooledFile) -> Outcome:
        try:
            data = file.path.read_bytes()
        except FileNotFoundError:  # dropped meanwhile to make room
            return Outcome.DONE
        except OSError as error:
            self._trouble.count("upload_failed", f"Evidence cannot be read ({error}).")
            return Outcome.LATER
        try:
            self._client = self._client or httpx.Client(verify=_trust(self._config), timeout=TIMEOUT)
            response = self._client.put(
                f"{self._config.hub.url.rstrip('/')}/api/v1/evidence/{file.sha256}",
                content=data,
                headers=self._headers(file, len(data)),
            )
        except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
            self._trouble.count("upload_failed", f"Evidence cannot be uploaded to {self._config.hub.url} ({error}).")
            return Outcome.LATER
        except Exception as error:
            self._trouble.count("upload_failed")
            log.exception("An upload failed in a way nobody foresaw: %s", error)
            return Outcome.LATER
        return self._judge(response)

    def _headers(self, file: SpooledFile, size_bytes: int) -> dict[str, str]:
        signed_at = datetime.now(UTC).isoformat()
        return {
            "Content-Type": file.media_type,
            "Invigil-Booth": self._config.booth,
            "Invigil-Certificate": base64.b64encode(self._config.tls.certificate.read_bytes()).decode(),
            "Invigil-Signed-At": signed_at,
            "Invigil-Signature": sign(self._key, upload_bytes(self._config.booth, file.sha256, size_bytes, signed_at)),
        }

    def _judge(self, response: httpx.Response) -> Outcome:
        status = response.status_code
        if status in {200, 201}:
            return Outcome.DONE
        said = f"The hub answered an upload of evidence with {status} ({response.text[:200]})."
        if status in ABOUT_US:
            self._trouble.count("upload_refused", f"{said} Check this device's clock and enrolment; trying again.")
            return Outcome.LATER
        if 400 <= status < 500 and status not in ABOUT_NOW:
            self._trouble.count("upload_refused", f"{said} The file was moved to the spool's folder 'refused'.")
            return Outcome.REFUSED
        self._trouble.count("upload_failed", said)
        return Outcome.LATER


def _trust(config: DeviceConfig) -> ssl.SSLContext:
    """The system's authorities and the hub's own: a hub may stand behind a proxy with a public certificate."""
    context = ssl.create_default_context()
    if Path(config.tls.ca).exists():
        context.load_verify_locations(cafile=str(config.tls.ca))
    return context
