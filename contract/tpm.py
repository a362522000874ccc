"""A device's key that its TPM made and never gives away; its file holds what only this TPM can unwrap.

OpenSSL's provider `tpm2` (Debian's tpm2-openssl) reaches the TPM. Two libraries are kept apart, as the provider is not
made for two threads: each key signs through one of its own, behind a lock, and TLS with the broker has another.
"""

import errno
import hashlib
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, Self, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from contract.libcrypto import Library, OpenSslError
from contract.wire import InvalidError

Value = TypeVar("Value")

DEVICE: Final = Path("/dev/tpmrm0")
"""The kernel's own resource manager: several programs may use the TPM at a time."""
WHERE: Final = "TPM2OPENSSL_TCTI"
"""The provider's variable that names another TPM than the board's."""
PROVIDER: Final = "tpm2"
MARK: Final = b"-----BEGIN TSS2 PRIVATE KEY-----"
IN_TLS: Final = "?tpm2.signature=yes,tpm2.rand!=yes,tpm2.digest!=yes,tpm2.cipher!=yes"
"""Signatures from the TPM; hashes, random numbers and ciphers, which it has as well, from OpenSSL."""
SAYS_NOTHING: Final = {"TSS2_LOG": "all+none"}
"""Else the provider's library writes lines of its own onto our terminal."""

_OWNED: Final = "its owner has a password; keys of Invigil need an owner without one: tpm2_changeauth -c owner -p OLD"
_MEANS: Final = {
    0x921: "it is in lockout after too many wrong passwords: wait, or as its owner: tpm2_dictionarylockout -c",
    0x9A2: _OWNED,
    0x98E: _OWNED,
    0x1DF: "this key was made by another TPM, or this one was cleared since: enrol the device again",
}
"""Answers of a TPM that somebody can do something about (TPM 2.0, part 2, 6.6)."""
_TCTI: Final = 0xA
"""The layer that carries commands to the TPM, in the third byte of an answer."""


class TpmKey(ec.EllipticCurvePrivateKey):
    """ECDSA P-256, as `cryptography` has them, so that it signs requests and checkpoints as any other. Any thread.

    Where the TPM does not answer it is opened anew once: it may have been away for a moment.
    """

    def __init__(self, pem: bytes | None = None) -> None:
        """The key of that file; without one the TPM makes a new one. Raises `InvalidError`."""
        self._lock = threading.RLock()
        self._held = _Held()
        weakref.finalize(self, self._held.let_go).atexit = False
        try:
            self._held.take(pem)
            self.pem = pem or self._held.ask(lambda library, key: library.private_pem(key))
            public = self._held.ask(lambda library, key: library.public_pem(key))
            found = serialization.load_pem_public_key(public)
        except OSError as error:
            raise InvalidError(_explain(error)) from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise InvalidError(f"the TPM holds no key that is known here ({error})") from error
        if not isinstance(found, ec.EllipticCurvePublicKey) or not isinstance(found.curve, ec.SECP256R1):
            raise InvalidError("the TPM's key is not an ECDSA P-256 key")
        self._public = found

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Tenths of a second, in a real TPM. Raises `OSError` that says what is wrong with it."""
        if not isinstance(signature_algorithm.algorithm, hashes.SHA256):
            raise UnsupportedAlgorithm("the TPM's key signs SHA-256 only")
        sha256 = hashlib.sha256(data).digest()
        with self._lock:
            try:
                return self._held.ask(lambda library, key: library.sign(key, sha256))
            except OSError:
                self._held.let_go()
            try:
                self._held.take(self.pem)
                return self._held.ask(lambda library, key: library.sign(key, sha256))
            except OSError as error:
                self._held.let_go()
                raise OSError(errno.EIO, _explain(error)) from error

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        raise UnsupportedAlgorithm("the TPM's key signs, and does nothing else")

    def private_numbers(self) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a TPM does not leave it")

    def private_bytes(self, *_: Any) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a TPM does not leave it")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class _Held:
    """A library and the key that is loaded there; nothing, between two tries."""

    def __init__(self) -> None:
        self._both: tuple[Library, int] | None = None

    def take(self, pem: bytes | None) -> None:
        """Raises `OSError`."""
        self.let_go()
        library = _open()
        try:
            self._both = library, library.load_key(pem) if pem else library.make_key()
        except OSError:
            library.close()
            raise

    def ask(self, question: Callable[[Library, int], Value]) -> Value:
        """Raises `OSError`."""
        if self._both is None:
            raise OpenSslError("it is not open")
        return question(*self._both)

    def let_go(self) -> None:
        if self._both is not None:
            (library, key), self._both = self._both, None
            library.forget(key)
            library.close()


def in_tpm(pem: bytes) -> bool:
    """Whether that is what a TPM wrapped; whose is only known to the TPM."""
    return pem.lstrip().startswith(MARK)


def there() -> bool:
    """Whether this board has a TPM, as far as can be seen without opening it."""
    return os.environ.get(WHERE, f"device:{DEVICE}") != f"device:{DEVICE}" or DEVICE.exists()


def trouble(key_file: Path) -> str:
    """What keeps a key in the TPM from signing, as far as one signature tells; empty for any other key."""
    try:
        pem = key_file.read_bytes()
    except OSError:
        return ""
    if not in_tpm(pem):
        return ""
    try:
        TpmKey(pem).sign(b"", ec.ECDSA(hashes.SHA256()))
    except InvalidError as error:
        return str(error)
    except OSError as error:
        return error.strerror or str(error)
    return ""


_for_tls: list[Library] = []
"""At most one, open for as long as keys can be loaded through it: TLS contexts hold what they have of it."""


def for_tls() -> Library:
    """`in_this_thread` of it, `ssl` finds a key in the TPM: while a context is made for it, and in each handshake.
    Raises `OSError` where the TPM is not reached."""
    if not _for_tls:
        try:
            _for_tls.append(_open(IN_TLS))
        except OSError as error:
            raise OSError(errno.EIO, _explain(error)) from error
    return _for_tls[0]


def begin_anew() -> None:
    """The next `for_tls` opens the TPM again, which may have been gone and come back."""
    _for_tls.clear()


def _open(preferring: str = "") -> Library:
    os.environ.setdefault(WHERE, f"device:{DEVICE}")
    for name, value in SAYS_NOTHING.items():
        os.environ.setdefault(name, value)
    return Library(PROVIDER, preferring)


def _explain(error: OSError) -> str:
    code = error.code if isinstance(error, OpenSslError) else 0
    words = str(error)
    if means := _OWNED if "authorization failure" in words else _MEANS.get(code & 0xFFFF):
        return f"the TPM refused: {means}"
    if code >> 16 & 0xFF == _TCTI:
        return f"the TPM is not reached: {_unreached(words)}"
    if code:
        return f"the TPM refused: {words}"
    if "cannot be given a provider" in words:
        return f"the TPM is not reached: {words}; use the system's own Python"
    if ".so" in words or "unsupported" in words:
        return "OpenSSL's way to the TPM is missing: apt install tpm2-openssl"
    return f"the TPM does not do what it should: {words}"


def _unreached(words: str) -> str:
    if os.environ.get(WHERE) != f"device:{DEVICE}":
        return f"{WHERE} names {os.environ.get(WHERE)} ({words})"
    if not DEVICE.exists():
        return f"{DEVICE} is missing; is it plugged in, and named in the board's settings (dtoverlay=tpm-slb9670)?"
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return f"{DEVICE} may not be opened by this user: sudo usermod --append --groups tss USER, or use sudo"
    return words
