"""This test's commands in a network of their own: one interface with an address, multicast, and nobody else."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

ADDRESS = "10.77.0.1"
SETUP = f"""
ip link set lo multicast on up
ip address add {ADDRESS}/24 dev lo
ip route add 224.0.0.0/4 dev lo
echo ready
exec cat
"""
"""On the loopback, which every kernel has; virtual cables and dummies are modules."""


@contextmanager
def own_network() -> Iterator[list[str]]:
    """What to put before a command for it to run in there. Needs iproute2 and util-linux; root, or user namespaces."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    holder = subprocess.Popen(
        ["/usr/bin/unshare", *user, "--net", "sh", "-euc", SETUP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "ready\n", "the network cannot be made; is iproute2 installed?"
        of_user = ["--user", "--preserve-credentials"] if user else []
        yield ["/usr/bin/nsenter", "--target", str(holder.pid), *of_user, "--net"]
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait(30)
