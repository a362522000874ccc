"""The OpenSSL that Python's own `ssl` uses, with the providers that Python has no name for. Called through ctypes.

`cryptography` brings an OpenSSL of its own, which loads none. A `Library` is a world of its own inside of OpenSSL
(`OSSL_LIB_CTX`): what is loaded into one is not seen by the rest of the process, whose hashes and TLS stay as they are.
"""

import _ssl
import ctypes
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_ulong, c_void_p, create_string_buffer
from functools import cache
from typing import Any, Final

ROOM_BYTES: Final = 8192
"""For a key or a signature, which are far smaller."""
SIGNATURES: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "OSSL_LIB_CTX_new": (c_void_p, ()),
    "OSSL_LIB_CTX_free": (None, (c_void_p,)),
    "OSSL_LIB_CTX_set0_default": (c_void_p, (c_void_p,)),
    "OSSL_PROVIDER_load": (c_void_p, (c_void_p, c_char_p)),
    "OSSL_PROVIDER_unload": (c_int, (c_void_p,)),
    "EVP_set_default_properties": (c_int, (c_void_p, c_char_p)),
    "EVP_MD_fetch": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_MD_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_new_from_pkey": (c_void_p, (c_void_p, c_void_p, c_char_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_CTX_set_group_name": (c_int, (c_void_p, c_char_p)),
    "EVP_PKEY_generate": (c_int, (c_void_p, POINTER(c_void_p))),
    "EVP_PKEY_sign_init": (c_int, (c_void_p,)),
    "EVP_PKEY_CTX_set_signature_md": (c_int, (c_void_p, c_void_p)),
    "EVP_PKEY_sign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "BIO_new_mem_buf": (c_void_p, (c_char_p, c_int)),
    "BIO_new": (c_void_p, (c_void_p,)),
    "BIO_s_mem": (c_void_p, ()),
    "BIO_read": (c_int, (c_void_p, c_char_p, c_int)),
    "BIO_free": (c_int, (c_void_p,)),
    "PEM_read_bio_PrivateKey_ex": (c_void_p, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_char_p)),
    "PEM_write_bio_PrivateKey": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_int, c_void_p, c_void_p)),
    "PEM_write_bio_PUBKEY": (c_int, (c_void_p, c_void_p)),
    "ERR_get_error_all": (c_ulong, (c_void_p, c_void_p, c_void_p, POINTER(c_char_p), c_void_p)),
    "ERR_error_string": (c_char_p, (c_ulong, c_void_p)),
}
"""From OpenSSL's headers, 3.0: result, arguments."""


class OpenSslError(OSError):
    """OpenSSL said no. `code` is what the device behind the provider answered, 0 where it said nothing."""

    def __init__(self, words: str, code: int = 0) -> None:
        super().__init__(words)
        self.code = code


class Library:
    """With OpenSSL's own algorithms and those of `provider`. Not for two threads at a time."""

    def __init__(self, provider: str, preferring: str = "") -> None:
        """`preferring`: a property query, for where both could do the same. Raises `OpenSslError`."""
        self.provider = provider
        self._handle = _call("OSSL_LIB_CTX_new")
        self._loaded: list[int] = []
        try:
            for name in ("default", provider):
                self._loaded.append(_made(_call("OSSL_PROVIDER_load", self._handle, name.encode())))
            if preferring:
                _done(_call("EVP_set_default_properties", self._handle, preferring.encode()))
            self._sha256 = _made(_call("EVP_MD_fetch", self._handle, b"SHA2-256", b"provider=default"))
        except OSError:
            self._end()
            raise

    def close(self) -> None:
        """After the last of its keys."""
        _call("EVP_MD_free", self._sha256)
        self._end()

    def _end(self) -> None:
        for loaded in reversed(self._loaded):
            _call("OSSL_PROVIDER_unload", loaded)
        _call("OSSL_LIB_CTX_free", self._handle)

    @contextmanager
    def in_this_thread(self) -> Iterator[None]:
        """Whatever this thread asks of OpenSSL without naming a library, such as `ssl` does, is asked of this one."""
        before = _call("OSSL_LIB_CTX_set0_default", self._handle)
        try:
            yield
        finally:
            _call("OSSL_LIB_CTX_set0_default", before)

    # --- keys: each is to be given to `forget` ---

    def make_key(self) -> int:
        """An ECDSA P-256 key of the provider. Raises `OpenSslError`."""
        with _context("EVP_PKEY_CTX_new_from_name", self._handle, b"EC", self._of_provider) as context:
            _done(_call("EVP_PKEY_keygen_init", context))
            _done(_call("EVP_PKEY_CTX_set_group_name", context, b"P-256"))
            key = c_void_p()
            _done(_call("EVP_PKEY_generate", context, byref(key)))
            return _made(key.value)

    def load_key(self, pem: bytes) -> int:
        """Raises `OpenSslError`."""
        with _bio(_call("BIO_new_mem_buf", pem, len(pem))) as bio:
            return _made(_call("PEM_read_bio_PrivateKey_ex", bio, None, None, None, self._handle, self._of_provider))

    def forget(self, key: int) -> None:
        _call("EVP_PKEY_free", key)

    def private_pem(self, key: int) -> bytes:
        """As the provider writes it down: wrapped, where it does not give keys away. Raises `OpenSslError`."""
        return _written("PEM_write_bio_PrivateKey", key, None, None, 0, None, None)

    def public_pem(self, key: int) -> bytes:
        """Raises `OpenSslError`."""
        return _written("PEM_write_bio_PUBKEY", key)

    def sign(self, key: int, sha256: bytes) -> bytes:
        """ECDSA over a hash, as DER. Raises `OpenSslError`."""
        with _context("EVP_PKEY_CTX_new_from_pkey", self._handle, key, self._of_provider) as context:
            _done(_call("EVP_PKEY_sign_init", context))
            _done(_call("EVP_PKEY_CTX_set_signature_md", context, self._sha256))
            room, size = create_string_buffer(ROOM_BYTES), c_size_t(ROOM_BYTES)
            _done(_call("EVP_PKEY_sign", context, room, byref(size), sha256, len(sha256)))
            return room.raw[: size.value]

    @property
    def _of_provider(self) -> bytes:
        return f"provider={self.provider}".encode()


@cache
def _functions() -> dict[str, Any]:
    """Found through the `ssl` module, so that it is the very library that `ssl` uses, whichever else is installed."""
    try:
        library = ctypes.CDLL(_ssl.__file__)
        found = {name: getattr(library, name) for name in SIGNATURES}
    except (AttributeError, OSError) as error:
        raise OpenSslError(
            f"{ssl.OPENSSL_VERSION}, which this Python has, cannot be given a provider ({error})"
        ) from error
    for name, (result, arguments) in SIGNATURES.items():
        found[name].restype, found[name].argtypes = result, arguments
    return found


def _call(name: str, *arguments: Any) -> Any:
    return _functions()[name](*arguments)


def _made(pointer: int | None) -> int:
    if not pointer:
        raise _failure()
    return pointer


def _done(code: int) -> None:
    if code != 1:
        raise _failure()


def _failure() -> OpenSslError:
    """What OpenSSL keeps for this thread, which is none the wiser afterwards."""
    words, code, data = [], 0, c_char_p()
    while number := _call("ERR_get_error_all", None, None, None, byref(data), None):
        reason = _call("ERR_error_string", number, None).decode(errors="replace").split(":")
        detail = (data.value or b"").decode(errors="replace")
        if found := re.match(r"(\d+) ", detail):
            code = code or int(found[1])
        words.append(" ".join(part for part in (*reason[2:], detail) if part))
    return OpenSslError("; ".join(words) or "it did not say why", code)


@contextmanager
def _context(maker: str, *arguments: Any) -> Iterator[int]:
    context = _made(_call(maker, *arguments))
    try:
        yield context
    finally:
        _call("EVP_PKEY_CTX_free", context)


@contextmanager
def _bio(bio: int | None) -> Iterator[int]:
    made = _made(bio)
    try:
        yield made
    finally:
        _call("BIO_free", made)


def _written(writer: str, key: int, *arguments: Any) -> bytes:
    with _bio(_call("BIO_new", _call("BIO_s_mem"))) as bio:
        _done(_call(writer, bio, key, *arguments))
        room = create_string_buffer(ROOM_BYTES)
        size = _call("BIO_read", bio, room, ROOM_BYTES)
        return room.raw[: max(0, size)]
