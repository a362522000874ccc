"""Native code in check: no network on fenced threads, and no chatter on stderr."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.vision.native import forbid_network, quiet_stderr


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
