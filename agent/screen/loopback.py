"""Where the screen's server listens: on loopback, and nowhere else."""

import socket
from typing import Final

from agent.health import Trouble

HOST: Final = "127.0.0.1"
"""Not a setting: whoever reaches this page can raise the candidate's hand and hear who speaks to them."""


def listen(port: int, trouble: Trouble) -> socket.socket | None:
    """None where somebody else has the port, which is counted; 0 takes any free one."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        trouble.count("screen", f"The booth's screen has no port {port}: {error}. Trying again.")
        return None
