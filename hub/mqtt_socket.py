"""The TLS socket under the hub's MQTT connection, and how it is waited for.

It reads and writes whole TLS records where paho does small pieces, and has no number that is too high to wait for.
"""

import select
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

READ_BYTES: Final = 64 * 1024
"""Asked for at once; a TLS record, which is what comes, has at most 16 KB."""
WAITING_BYTES: Final = 256 * 1024
"""So much of what is said waits here. Beyond, paho is told that the socket takes nothing, and keeps its packets."""
PATIENCE_S: Final = 1.0
"""How long a broker that reads nothing is waited for at a time; paho waits as long for one that says nothing."""


class HasDescriptor(Protocol):
    def fileno(self) -> int: ...


One = TypeVar("One", bound=HasDescriptor)


class Polling:
    """Stands where paho looks for the module `select`."""

    @staticmethod
    def select(
        readable: Iterable[One], writable: Iterable[One], _exceptional: Iterable[One], timeout_s: float
    ) -> tuple[list[One], list[One], list[One]]:
        """As `select.select`, by poll(2): select(2) ends at descriptor 1,023, and a hub with many browsers that lost
        its broker would never get it back. Raises `ValueError` for what is closed."""
        reading, writing = list(readable), list(writable)
        poll = select.poll()
        wanted: dict[int, int] = {}
        for each, event in (*((one, select.POLLIN) for one in reading), *((one, select.POLLOUT) for one in writing)):
            wanted[each.fileno()] = wanted.get(each.fileno(), 0) | event
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        found = dict(poll.poll(timeout_s * 1000))
        if any(events & select.POLLNVAL for events in found.values()):
            raise ValueError("a descriptor that is waited for is closed")
        ended = select.POLLHUP | select.POLLERR
        return (
            [one for one in reading if found.get(one.fileno(), 0) & (select.POLLIN | ended)],
            [one for one in writing if found.get(one.fileno(), 0) & (select.POLLOUT | ended)],
            [],
        )


wait = Polling.select


class BufferedSocket(ssl.SSLSocket):
    """paho reads a packet in four pieces, one byte first, and writes each confirmation of four bytes by itself. Every
    time it lets go of the interpreter, and whoever else wants it then has it for some milliseconds. Here one call to
    OpenSSL takes a whole TLS record, and one gives it all confirmations of a batch.

    paho asks for `pending` before it waits: that is when what was said leaves, at the latest with `close`. One thread
    reads and writes.
    """

    _ahead: memoryview = memoryview(b"")
    _waiting: bytes = b""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        if not self._ahead:
            self._ahead = memoryview(super().recv(max(buflen, READ_BYTES), flags))
        piece, self._ahead = self._ahead[:buflen], self._ahead[buflen:]
        return bytes(piece)

    def send(self, data: Any, flags: int = 0) -> int:
        if len(self._waiting) + len(data) > WAITING_BYTES:
            self._flush()
        self._waiting += bytes(data)
        return len(data)

    def pending(self) -> int:
        # What is wrong with the connection shows when paho reads, which it is prepared for.
        with suppress(OSError, ValueError):
            while self._waiting:
                try:
                    self._flush()
                except ssl.SSLWantWriteError:
                    readable, writable, _ = wait((self,), (self,), (), PATIENCE_S)
                    if readable or not writable:
                        break
        return len(self._ahead) + super().pending()

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._flush()
        super().close()

    def _flush(self) -> None:
        while self._waiting:
            self._waiting = self._waiting[super().send(self._waiting) :]
