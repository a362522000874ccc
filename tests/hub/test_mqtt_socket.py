"""The socket that reads ahead and writes together: every byte once and in order, in whatever pieces."""

import fcntl
import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from hub.mqtt_socket import BufferedSocket, Polling
from tests.support.broker import Authority


def test_a_record_is_handed_out_in_pieces_and_what_waits_is_counted(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        far.sendall(b"0123456789")
        assert near.recv(1) == b"0"
        assert near.pending() == 9
        assert near.recv(3) == b"123"
        assert near.recv(100) == b"456789", "what is here is given, and nobody waits for more"
        assert near.pending() == 0


def test_records_come_one_after_the_other(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        far.sendall(b"one")
        far.sendall(b"two")
        assert [near.recv(2), near.recv(2), near.recv(10)] == [b"on", b"e", b"two"]


def test_nothing_to_read_is_said_as_any_tls_socket_says_it(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        far.sendall(b"x")
        assert near.recv(5) == b"x"
        near.setblocking(False)
        with pytest.raises(ssl.SSLWantReadError):
            near.recv(1)
        near.setblocking(True)
        far.unwrap_later()
        assert near.recv(1) == b"", "the other side is gone"


def test_what_is_said_leaves_together_before_anybody_waits(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        for word in (b"a", b"b", b"c"):
            assert near.send(word) == 1
        assert near.pending() == 0
        assert far.recv(100) == b"abc"


def test_last_words_leave_with_the_end(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        near.send(b"goodbye")
        near.close()
        assert far.recv(100) == b"goodbye"


def test_a_side_that_reads_nothing_is_noticed_and_loses_nothing(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        near.setblocking(False)
        said: list[bytes] = []
        with pytest.raises(ssl.SSLWantWriteError):
            _say_for_ever(near, said)
        heard = b""
        reading = Thread(target=lambda: near.pending())
        reading.start()
        while len(heard) < sum(map(len, said)):
            heard += far.recv(1 << 16)
            if not reading.is_alive():
                near.pending()
        reading.join()
        assert heard == b"".join(said)


def test_what_is_waited_for_may_have_any_number() -> None:
    """select(2) ends at 1,023, which is also as far as many a shell lets a process go."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 2048), hard), hard))
    far, other = socket.socketpair()
    with far, other, socket.socket(fileno=fcntl.fcntl(other, fcntl.F_DUPFD, 1024)) as high:
        assert high.fileno() >= 1024
        assert Polling.select((high,), (), (), 0) == ([], [], [])
        far.sendall(b"x")
        assert Polling.select((high,), (high,), (), 1) == ([high], [high], [])
        other.close()
        far.close()
        assert Polling.select((high,), (), (), 1)[0] == [high], "the end is something to read"
    with pytest.raises(ValueError, match="descriptor"):
        Polling.select((high,), (), (), 1)


def test_a_broken_connection_is_left_for_reading_to_find(tmp_path: Path) -> None:
    with _pair(tmp_path) as (near, far):
        near.setblocking(False)
        far.shutdown(socket.SHUT_RDWR)
        near.send(b"x")
        assert near.pending() == 0
        assert near.recv(1) == b""


def _say_for_ever(near: ssl.SSLSocket, said: list[bytes]) -> None:
    while True:
        word = len(said).to_bytes(4) * 4096
        assert near.send(word) == len(word)
        said.append(word)


class _Far(ssl.SSLSocket):
    def unwrap_later(self) -> None:
        """Says goodbye and does not wait for an answer."""
        self.setblocking(False)
        with pytest.raises(ssl.SSLWantReadError):
            self.unwrap()


@contextmanager
def _pair(folder: Path) -> Iterator[tuple[ssl.SSLSocket, _Far]]:
    authority = Authority(folder / "authority")
    files = authority.issue("localhost")
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.num_tickets = 0  # a ticket would come before the first byte
    there.sslsocket_class = _Far
    there.load_cert_chain(files.certificate, files.key)
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    here.sslsocket_class = BufferedSocket
    here.load_verify_locations(files.ca)
    plain_near, plain_far = socket.socketpair()
    accepted: list[_Far] = []

    def accept() -> None:
        wrapped = there.wrap_socket(plain_far, server_side=True)
        assert isinstance(wrapped, _Far)
        accepted.append(wrapped)

    accepting = Thread(target=accept)
    accepting.start()
    near = here.wrap_socket(plain_near, server_hostname="localhost")
    accepting.join()
    with near, accepted[0] as far:
        yield near, far
