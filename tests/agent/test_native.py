"""Native code in check: no network on fenced threads, and no chatter on stderr."""

import ctypes
import errno
import os
import platform
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import pytest

from agent.errors import DetectorError
from agent.vision import native
from agent.vision.mediapipe_faces import MediapipeFaces
from agent.vision.native import forbid_network, one_opencv_thread, quiet_stderr

ALLOW, REFUSE_EACCES, REFUSE_EINVAL = 0x7FFF0000, 0x00050000 | errno.EACCES, 0x00050000 | errno.EINVAL
ELF_MACHINES = {"x86_64": 62, "aarch64": 183}
"""linux/elf-em.h; AUDIT_ARCH_* is this with the bits for 64 and little-endian."""
SOCKET = {"x86_64": 41, "aarch64": 198}
"""asm/unistd_64.h and asm-generic/unistd.h."""
PRCTL = {"x86_64": 157, "aarch64": 167}
PR_SET_SECCOMP = 22


def verdict(program: bytes, audit_arch: int, number: int, argument: int) -> int:
    """What the kernel would answer: the four instructions in use, over a `struct seccomp_data`."""
    data = struct.pack("=IIQ6Q", number, audit_arch, 0, argument, *[0] * 5)
    rows = list(struct.iter_unpack("=HBBI", program))
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = rows[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x15:
            at += if_true if accumulator == value else if_false
        else:
            assert code == 0x06, f"instruction {code:#x}"
            return int(value)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_of_each_processor_refuses_internet_sockets_and_nothing_else(machine: str) -> None:
    audit_arch, number = 0xC0000000 | ELF_MACHINES[machine], SOCKET[machine]
    program = native._program(*native._AUDIT_ARCH_AND_SOCKET[machine])
    assert verdict(program, audit_arch, number, socket.AF_INET) == REFUSE_EACCES
    assert verdict(program, audit_arch, number, socket.AF_INET6) == REFUSE_EACCES
    assert verdict(program, audit_arch, number, socket.AF_UNIX) == ALLOW
    assert verdict(program, audit_arch, number + 1, socket.AF_INET) == ALLOW


def no_more_filters() -> None:
    """From now on the kernel tells this thread what an emulator or a kernel without seccomp does: EINVAL."""
    machine = platform.machine()
    rows = (
        (0x20, 0, 0, 0),  # the call's number
        (0x15, 0, 2, PRCTL[machine]),
        (0x20, 0, 0, 16),  # its first argument
        (0x15, 1, 0, PR_SET_SECCOMP),
        (0x06, 0, 0, ALLOW),
        (0x06, 0, 0, REFUSE_EINVAL),
    )
    filters = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in rows))
    program = struct.pack("@HP", len(rows), ctypes.addressof(filters))
    libc, none = ctypes.CDLL(None), ctypes.c_ulong(0)
    assert libc.prctl(38, ctypes.c_ulong(1), none, none, none) == 0
    assert libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.c_char_p(program), none, none) == 0
    assert native._refuse_sockets() == os.strerror(errno.EINVAL)


def test_without_seccomp_the_thread_has_an_empty_network_or_knows_that_it_is_not_fenced() -> None:
    """Which of the two depends on whether the tests run as root."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def reaches() -> bool:
            try:
                socket.create_connection(server.getsockname(), timeout=30).close()
            except OSError:
                return False
            return True

        with ThreadPoolExecutor(1, initializer=no_more_filters) as fenced:
            claimed = fenced.submit(forbid_network).result()
            assert fenced.submit(reaches).result() is not claimed
        assert reaches()


def test_mediapipe_is_not_even_loaded_where_nothing_keeps_it_off_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.vision.mediapipe_faces.forbid_network", lambda: False)
    with pytest.raises(DetectorError, match="cannot keep it from that"):
        MediapipeFaces({"face_landmarker": Path("not-asked-for")}, video=True)


def test_a_fenced_thread_cannot_reach_the_network_and_others_can() -> None:
    def reach(family: socket.AddressFamily) -> str:
        try:
            socket.socket(family).close()
        except PermissionError:
            return "refused"
        return "open"

    with ThreadPoolExecutor(1, initializer=forbid_network) as fenced:
        inside = [fenced.submit(reach, f).result() for f in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)]
        child = fenced.submit(lambda: ThreadPoolExecutor(1).submit(reach, socket.AF_INET).result()).result()
    assert inside == ["refused", "refused", "open"]
    assert child == "refused", "threads started from a fenced one are fenced too"
    assert reach(socket.AF_INET) == "open"


def test_only_chatter_is_kept_from_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\nlibfoo: real trouble\n")
        os.write(2, b"W0000 00:00:1795341780.874493   20868 face_landmarker_graph.cc:181] Sets acceleration\n")
    assert capfd.readouterr().err == "libfoo: real trouble\n"


def test_opencv_works_on_the_thread_that_asks() -> None:
    cv2.setNumThreads(2)
    one_opencv_thread()
    assert cv2.getNumThreads() == 1
