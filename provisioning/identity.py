"""A device's key and certificate on its disk: read as a pair, and replaced as a pair.

Two files cannot be renamed at once, so they become links into a folder, and that folder's own link is what is replaced:

    device.key -> identity/device.key      identity -> identity-1b9c…/
    device.pem -> identity/device.pem

A power cut at any moment leaves a pair that belongs together, the old one or the new one.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contract import chain, tpm
from contract.device import IDENTITY, TlsConfig
from contract.keys import Kept, key_pem, make_key, read_key
from contract.verify.trust import UNREADABLE
from contract.wire import InvalidError
from provisioning.console import ProvisioningError

LINK: Final = IDENTITY
ENROL: Final = "enrol it again: invigil device enrol --force"


@dataclass(frozen=True)
class Pair:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    certificate_pem: str

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"


def read_pair(tls: TlsConfig) -> Pair:
    """Raises `ProvisioningError` where they cannot be read or do not belong together."""
    try:
        pem = tls.certificate.read_text()
        key = read_key(tls.key.read_bytes())
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except OSError as error:
        raise ProvisioningError(f"{error.filename} cannot be read: {error.strerror}", ENROL) from error
    except InvalidError as error:
        raise ProvisioningError(
            f"{tls.key} cannot be used: {error}", f"where that cannot be mended, {ENROL}"
        ) from error
    except UNREADABLE as error:
        raise ProvisioningError(f"{tls.certificate} is not what it should be: {error}", ENROL) from error
    if key.public_key() != certificate.public_key():
        raise ProvisioningError(f"{tls.key} and {tls.certificate} do not belong together", ENROL)
    return Pair(key, certificate, pem)


def new_key(kept: Kept | None, on_file: Callable[[InvalidError], object]) -> ec.EllipticCurvePrivateKey:
    """None: in the TPM where this board has one; `on_file` is told why, where it has and a file is taken all the same.
    Raises `InvalidError` where a TPM that was asked for makes none."""
    if kept is None and tpm.there():
        try:
            return make_key("tpm")
        except InvalidError as error:
            on_file(error)
    return make_key(kept or "file")


def signature(key: ec.EllipticCurvePrivateKey, data: bytes) -> str:
    """Raises `ProvisioningError` where the key is in a TPM that does not sign."""
    try:
        return chain.sign(key, data)
    except OSError as error:
        raise ProvisioningError(f"the device's key does not sign: {error.strerror}") from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One renewal at a time; raises `ProvisioningError` where another is under way."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ProvisioningError(f"{folder} cannot be read: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ProvisioningError("another renewal is under way here", "wait for its end") from error
    finally:
        os.close(handle)


def replace_pair(tls: TlsConfig, key: ec.EllipticCurvePrivateKey, certificate_pem: str) -> None:
    """The new pair belongs to whom the old one belonged. Raises `OSError`; either pair is there then."""
    folder = tls.key.parent
    if tls.certificate.parent != folder:
        raise ProvisioningError(f"{tls.key} and {tls.certificate} lie apart", "keep both in the folder of device.toml")
    owner = tls.key.stat()
    names = (tls.key.name, tls.certificate.name)
    if not all(_is_linked(folder / name) for name in names):
        before = _write_pair(folder, names, (tls.key.read_bytes(), tls.certificate.read_bytes()), owner)
        _point(folder / LINK, before.name)
        for name in names:
            if not _is_linked(folder / name):
                _point(folder / name, f"{LINK}/{name}")
    made = _write_pair(folder, names, (key_pem(key), certificate_pem.encode()), owner)
    _point(folder / LINK, made.name)
    _sync(folder)
    _forget(folder, made.name)


def forget_linked(folder: Path) -> None:
    """What an earlier identity of this device left; the files in the folder are its own again."""
    (folder / LINK).unlink(missing_ok=True)
    _forget(folder, "")


def _forget(folder: Path, kept: str) -> None:
    for other in folder.glob(f"{LINK}-*"):
        if other.name != kept:
            shutil.rmtree(other, ignore_errors=True)


def _write_pair(folder: Path, names: tuple[str, str], contents: tuple[bytes, bytes], owner: os.stat_result) -> Path:
    made = folder / f"{LINK}-{secrets.token_hex(6)}"
    made.mkdir(mode=0o755)
    for name, content, mode in zip(names, contents, (0o600, 0o644), strict=True):
        with os.fdopen(os.open(made / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    if os.geteuid() == 0:
        for path in (made, *(made / name for name in names)):
            os.chown(path, owner.st_uid, owner.st_gid)
    _sync(made)
    return made


def _is_linked(path: Path) -> bool:
    return path.is_symlink() and os.readlink(path) == f"{LINK}/{path.name}"


def _point(link: Path, target: str) -> None:
    """At once, whatever was there."""
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    try:
        os.symlink(target, temporary)
        os.replace(temporary, link)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
