"""What every test may use."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail.
settings.register_profile("invigil", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("invigil")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
