"""What browsers say on WebSockets, and what they put into addresses and headers."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from agent.screen.words import parse_page
from contract.wire import InvalidError
from hub.errors import RefusedError
from hub.evidence.signatures import signing_time
from hub.store.cursor import format_cursor, parse_cursor, parse_time_cursor
from hub.streaming.signals import parse_browser_signal
from tests.support.fuzz import Fuzz, Parse, Record, count_of, json_like, text_like

ID = "6f1c9f0e-3f3a-4a53-9d3e-0a4f2f9b8c11"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
CANDIDATE = {"candidate": "candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host", "sdp_mid": "0", "sdp_mline_index": 0}
PAGE = {
    "hello": {
        "type": "hello",
        "instance": "a-1",
        "hand_raised_at": "2026-05-04T09:00:00Z",
        "messages": [{"message_id": ID, "text": "Please sit down.", "sender": "Ada"}],
    },
    "read": {"type": "read", "message_id": ID},
    "hand": {"type": "hand", "raised": True},
    "act": {"type": "act", "act": "code", "code": "K7QF-3MZP"},
    "answer": {"type": "answer", "peer_id": ID, "offer": 1, "sdp": SDP},
    "ended": {"type": "ended", "peer_id": ID, "offer": 1, "reason": "the network is gone"},
}
BROWSER = {
    "offer": {"type": "offer", "sdp": SDP, "rendition": "low"},
    "candidate": {"type": "candidate", "candidate": CANDIDATE},
    "rendition": {"type": "rendition", "rendition": "high"},
    "hang_up": {"type": "hang_up"},
}


@pytest.mark.parametrize(
    ("name", "parse", "said"),
    [
        ("the booth's screen", parse_page, PAGE),
        ("a viewer's browser", lambda data: parse_browser_signal(data.decode(errors="replace")), BROWSER),
    ],
    ids=["screen", "signaling"],
)
def test_websocket_messages(name: str, parse: Parse, said: dict[str, Any], record: Record) -> None:
    seeds = {key: json.dumps(value).encode() for key, value in said.items()}
    Fuzz(f"WebSocket of {name}", parse, seeds, (InvalidError,), said, made_up=json_like()).run(count_of(), record)


def test_places_in_lists(record: Record) -> None:
    """The cursor of a next page, which anybody can type into an address."""

    def parse(data: bytes) -> object:
        text = data.decode(errors="replace")
        place, key = parse_cursor(text)
        assert parse_cursor(format_cursor(place, key)) == (place, key)
        when, _ = parse_time_cursor(text)
        return when.astimezone(UTC)

    seeds = {
        "time": format_cursor(NOW, UUID(ID)).encode(),
        "far": format_cursor("0001-01-01T01:00:00+01:00", UUID(ID)).encode(),
    }
    Fuzz("cursor", parse, seeds, (ValueError,), made_up=text_like("0123456789-_AZaz=")).run(count_of(), record)


def test_times_of_signatures(record: Record) -> None:
    def parse(data: bytes) -> object:
        return signing_time(data.decode(errors="replace"), NOW, "Upload refused")

    seeds = {"now": b"2026-05-04T09:00:00+00:00", "zulu": b"20260504T090000Z"}
    Fuzz("time of a signature", parse, seeds, (RefusedError,), made_up=text_like("0123456789-:.TZ+W ")).run(
        count_of(), record
    )


@pytest.mark.parametrize("place", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_place_before_all_times_is_none(place: str) -> None:
    with pytest.raises(ValueError, match="before or after all years"):
        parse_time_cursor(format_cursor(place, UUID(ID)))
