"""Run on the device by its own Python: what it is, and whether what the agent asks the kernel for is what it gets.

Prints one JSON object. Imports the agent as installed there, nothing of the tests.
"""

import ctypes
import json
import os
import platform
import socket

from agent.vision import native
from agent.vision.processor import why_no_mediapipe


def number_opens_a_socket(number: int) -> bool:
    """The system call that the fence refuses, made by that number: whether it is socket(2)."""
    descriptor = ctypes.CDLL(None).syscall(ctypes.c_long(number), socket.AF_UNIX, socket.SOCK_STREAM, 0)
    if descriptor < 0:
        return False
    try:
        return socket.socket(fileno=os.dup(descriptor)).family == socket.AF_UNIX
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    _, socket_number = native._AUDIT_ARCH_AND_SOCKET[platform.machine()]
    print(
        json.dumps(
            {
                "machine": platform.machine(),
                "python": platform.python_version(),
                "why_no_mediapipe": why_no_mediapipe(),
                "socket_number_is_right": number_opens_a_socket(socket_number),
            }
        )
    )
