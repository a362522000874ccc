"""What every test may use."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail.
settings.register_profile("invigil", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("invigil")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A board whose first process is systemd takes root and ten minutes: only where it is asked for by name."""
    named = any("systemd" in Path(argument).parts for argument in config.args)
    return True if collection_path == Path(__file__).parent / "systemd" and not named else None


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
