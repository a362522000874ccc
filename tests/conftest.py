"""What every test may use."""

import logging
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail.
settings.register_profile("invigil", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("invigil")


@pytest.fixture(autouse=True)
def the_network_stays_open() -> Iterator[None]:
    """A test that fences its own thread off the network, which lasts, would fail every test after it."""
    yield
    socket.socket().close()


@pytest.fixture(autouse=True)
def the_log_stays_open() -> Iterator[None]:
    """A command that is called in this process sets what is logged, for good."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
