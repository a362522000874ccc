"""MQTT topic names (see DESIGN, section 3), built and taken apart in this one place.

`booths/{booth}/…` is also what the broker's access list is made of: the client certificate's common name is
the booth, so the pattern `invigil/v1/booths/%u/…` lets a booth speak only for itself.
"""

from typing import Final, Literal, NamedTuple, get_args

PREFIX: Final = "invigil/v1"

HUB_STATUS: Final = f"{PREFIX}/hub/status"
HUB_FEED: Final = f"{PREFIX}/hub/feed"

BoothChannel = Literal["availability", "health", "events", "acks", "desired", "reported", "commands", "checkup"]
_CHANNELS: Final[dict[str, BoothChannel]] = {channel: channel for channel in get_args(BoothChannel)}
FROM_BOOTH: Final[tuple[BoothChannel, ...]] = ("availability", "health", "events", "reported", "checkup")
TO_BOOTH: Final[tuple[BoothChannel, ...]] = ("acks", "desired", "commands")

MAX_PAYLOAD_BYTES: Final = 64 * 1024
"""Nothing that travels over MQTT is larger: pictures go over HTTPS. The broker and both sides refuse more."""

HUB_COMMON_NAME: Final = "invigil.hub"
"""Common name of the hub's own certificate; no booth id can contain its dot."""


def hub_common_name(process: str) -> str:
    """Of one process of a hub that consists of several; the first is called `hub`."""
    return HUB_COMMON_NAME if process == "hub" else f"{HUB_COMMON_NAME}.{process}"


class BoothTopic(NamedTuple):
    booth: str
    channel: BoothChannel


def booth_topic(booth: str, channel: BoothChannel) -> str:
    return f"{PREFIX}/booths/{booth}/{channel}"


def all_booths(channel: BoothChannel) -> str:
    """Subscription to one channel of every booth."""
    return booth_topic("+", channel)


def reply_topic(process: str) -> str:
    """Where booths answer the hub process named `process` (its Response Topic)."""
    return f"{PREFIX}/hub/replies/{process}"


def parse_booth_topic(topic: str) -> BoothTopic | None:
    """The booth and channel of a topic, or None where it is not a booth's topic."""
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:3]) != f"{PREFIX}/booths":
        return None
    channel = _CHANNELS.get(parts[4])
    return BoothTopic(parts[3], channel) if channel else None
