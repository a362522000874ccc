"""Whole centres: hub, broker and booths as processes, a browser in front."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import Stack, stack


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Stack]:
    with stack(tmp_path) as running:
        yield running
