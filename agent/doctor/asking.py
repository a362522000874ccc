"""One question to the hub over HTTPS: that it answers, how soon, and what its clock says."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from agent.evidence.requests import trust
from contract.device import DeviceConfig
from contract.wire import InvalidError

TIMEOUT: Final = httpx.Timeout(5.0, connect=4.0)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    took_ms: float
    offset_s: float | None
    """How far this device's clock is ahead of the hub's, to half a second; None where the hub tells no time."""


def ask_hub(config: DeviceConfig) -> Answer:
    """Raises `InvalidError` with why there is no answer."""
    url = f"{config.hub.url.rstrip('/')}/healthz"
    try:
        with httpx.Client(verify=trust(config), timeout=TIMEOUT) as client:
            began_s, asked_at = time.monotonic(), datetime.now(UTC)
            response = client.get(url)
            took_s = time.monotonic() - began_s
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise InvalidError(f"{config.hub.url} does not answer: {str(error)[:200] or type(error).__name__}") from error
    return Answer(response.status_code, took_s * 1000, _offset_s(response.headers.get("Date"), asked_at, took_s))


def _offset_s(said: str | None, asked_at: datetime, took_s: float) -> float | None:
    """The header counts whole seconds and cuts the rest off, so the hub's time lies half a second later on average."""
    if not said:
        return None
    try:
        there = parsedate_to_datetime(said) + timedelta(seconds=0.5)
    except ValueError:
        return None
    here = asked_at + timedelta(seconds=took_s / 2)
    return (here - there).total_seconds()
