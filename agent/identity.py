"""With which key and certificate this device speaks, and whether `invigil device renew` has left it newer ones."""

import logging
import math
import time
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from agent.config import load_device_key
from contract.device import DeviceConfig
from contract.verify.trust import UNREADABLE
from contract.wire import InvalidError

log = logging.getLogger(__name__)

Mark = tuple[int, int, int] | None
NEVER: Final[Mark] = None
AGAIN_S: Final = 60.0


class Identity:
    """Read once: what signs and what the hub is shown stay together for as long as the agent runs. Raises
    `InvalidError` for a key that cannot be used."""

    def __init__(self, config: DeviceConfig) -> None:
        self.key = load_device_key(config.tls.key)
        self._key_file, self._certificate_file = config.tls.key, config.tls.certificate
        self._marks = self._look()
        self._again_s = math.inf

    def renewed(self) -> bool:
        """Whether another pair is there that belongs together. Costs two looks at the disk; a pair that does not fit is
        looked at again when it changes, or after a minute: a TPM may have been away."""
        marks = self._look()
        if marks == self._marks and time.monotonic() < self._again_s:
            return False
        self._marks, self._again_s = marks, math.inf
        try:
            key = load_device_key(self._key_file)
            fits = is_for(self._certificate_file.read_bytes(), key)
        except (InvalidError, OSError) as error:
            log.warning("The device's key or certificate changed and cannot be used: %s", error)
            self._again_s = time.monotonic() + AGAIN_S
            return False
        if not fits:
            log.warning("The device's key and certificate changed and do not belong together; going on with the old.")
        return fits and key.public_key() != self.key.public_key()

    def _look(self) -> tuple[Mark, Mark]:
        return _mark(self._key_file), _mark(self._certificate_file)


def is_for(certificate_pem: bytes, key: ec.EllipticCurvePrivateKey) -> bool:
    """Whether this is a certificate of that key."""
    try:
        return bool(x509.load_pem_x509_certificate(certificate_pem).public_key() == key.public_key())
    except UNREADABLE:
        return False


def _mark(path: Path) -> Mark:
    """Of the file behind any links."""
    try:
        found = path.stat()
    except OSError:
        return NEVER
    return found.st_ino, found.st_mtime_ns, found.st_size
