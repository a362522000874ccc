"""Where the next page of a list begins: the last row's place in the order and its key, as text that means nothing."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID


def format_cursor(place: str | datetime, key: UUID) -> str:
    text = place.isoformat() if isinstance(place, datetime) else place
    return base64.urlsafe_b64encode(f"{key} {text}".encode()).decode().rstrip("=")


def parse_cursor(text: str) -> tuple[str, UUID]:
    """Raises ValueError."""
    try:
        key, _, place = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(" ")
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if "\0" in place:
        raise ValueError("not a place in a list")
    return place, UUID(key)


def parse_time_cursor(text: str) -> tuple[datetime, UUID]:
    """Raises ValueError."""
    place, key = parse_cursor(text)
    return parse_aware(place), key


def parse_aware(text: str) -> datetime:
    """A time in UTC; raises ValueError, also for one that UTC has no year for."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("no time zone")
    try:
        return when.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time before or after all years") from error
