"""Keeps native vision libraries in check: no network for their threads, no chatter on stderr.

MediaPipe's wheels (somewhere between 0.10.21 and 0.10.35 it began: its issue 6291) report usage figures to a cloud
service from a thread inside the native library, with no documented setting against it. No cloud service is called by
Invigil, so the threads of such a library cannot open internet sockets at all: the kernel refuses them (seccomp,
inherited by every thread that a fenced thread starts). Where there is no seccomp they get a network namespace of their
own, which has no way out; where neither is to be had, the library is not used (docs/decisions/0007).
"""

import ctypes
import errno
import logging
import os
import platform
import re
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import cv2

log = logging.getLogger(__name__)

OPENCV_THREADS: Final = 1
"""OpenCV's helpers for pictures as small as ours cost more to wake than they do: a twentieth of all processor time."""

_AUDIT_ARCH_AND_SOCKET: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""AUDIT_ARCH_* of linux/audit.h and the number of socket(2)."""
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES
_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_RETURN: Final = 0x06
_AT_NUMBER, _AT_ARCH, _AT_FIRST_ARGUMENT = 0, 4, 16  # struct seccomp_data
_AF_INET, _AF_INET6 = 2, 10
_CLONE_NEWNET: Final = 0x40000000

_CHATTER: Final = re.compile(
    rb"WARNING: (Logging before InitGoogle|All log messages before)|[IW]\d{4} [\d:. ]+"
    rb"|INFO: (Created TensorFlow Lite|\[[a-z_]+\.cc:\d+\])"
    rb"|\[ WARN:\d+@[\d.]+\] global net_impl_backend\.cpp:\d+ setPreferableTarget"
)


def forbid_network() -> bool:
    """Keep the calling thread, and all that it starts from now on, off the internet; it cannot be undone.

    Returns False, and logs why, where that is not possible: then nothing that reports home may run on it. Sockets that
    exist stay, and other threads of the process are not touched.
    """
    refused = _refuse_sockets()
    if not refused:
        return True
    if _leave_the_network():
        log.info("native vision threads are in an empty network namespace (seccomp: %s)", refused)
        return True
    log.warning("native threads cannot be kept off the network here: %s", refused)
    return False


def _refuse_sockets() -> str:
    """Let the kernel refuse internet sockets to this thread; empty, or why it does not."""
    known = _AUDIT_ARCH_AND_SOCKET.get(platform.machine())
    if not sys.platform.startswith("linux") or known is None:
        return f"no filter for {sys.platform} on {platform.machine()}"
    filters = _program(*known)
    buffer = ctypes.create_string_buffer(filters, len(filters))
    # struct sock_fprog: unsigned short len, then a pointer at its natural alignment.
    program = struct.pack("@HP", len(filters) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    none = ctypes.c_ulong(0)
    refused = libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), none, none, none) or libc.prctl(
        _PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.c_char_p(program), none, none
    )
    return os.strerror(ctypes.get_errno()) if refused else ""


def _leave_the_network() -> bool:
    """Move this thread into a new network namespace, which has nothing but a loopback that is down; needs privilege."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).unshare(ctypes.c_int(_CLONE_NEWNET)) == 0)


def one_opencv_thread() -> None:
    """Let OpenCV do its work on the thread that asks; for the whole process."""
    cv2.setNumThreads(OPENCV_THREADS)


def _program(audit_arch: int, socket_number: int) -> bytes:
    """Classic BPF: allow all but socket(AF_INET…) and socket(AF_INET6…), which fail with EACCES."""
    rows = (
        (_LOAD, 0, 0, _AT_ARCH),
        (_JUMP_IF_EQUAL, 0, 5, audit_arch),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_JUMP_IF_EQUAL, 0, 3, socket_number),
        (_LOAD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_EQUAL, 2, 0, _AF_INET),
        (_JUMP_IF_EQUAL, 1, 0, _AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("=HBBI", *row) for row in rows)


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what native code writes to stderr meanwhile; afterwards everything but known chatter is passed on.

    These libraries ignore their documented log-level variables until they are initialised, which is when they talk.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        original = os.dup(2)
        try:
            os.dup2(held.fileno(), 2)
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)
            held.seek(0)
            for line in held:
                if _CHATTER.match(line):
                    log.debug("%s", line.decode(errors="replace").rstrip())
                else:
                    os.write(2, line)
