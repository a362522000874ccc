"""The TLS socket under the hub's MQTT connection: takes from OpenSSL what has come and hands it out in pieces."""

import ssl
from typing import Final

READ_BYTES: Final = 64 * 1024
"""Asked for at once; a TLS record, which is what comes, has at most 16 KB."""


class ReadAhead(ssl.SSLSocket):
    """paho reads a packet in four pieces, one byte first, and each time lets go of the interpreter: whoever else wants
    it then has it for some milliseconds. Here only the first piece of a TLS record goes to OpenSSL.

    `pending` counts what waits here, so that nobody waits for a socket whose bytes are here already. One thread reads.
    """

    _ahead: memoryview = memoryview(b"")

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        if not self._ahead:
            self._ahead = memoryview(super().recv(max(buflen, READ_BYTES), flags))
        piece, self._ahead = self._ahead[:buflen], self._ahead[buflen:]
        return bytes(piece)

    def pending(self) -> int:
        return len(self._ahead) + super().pending()
