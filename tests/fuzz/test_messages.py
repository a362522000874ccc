"""What travels over MQTT, on both sides: whatever bytes come, a message is read or refused as `InvalidError`.

What is taken can be written again and means the same: a hub stores what it read, and other processes read that.
"""

import json
from datetime import UTC, datetime

import pytest

from contract import messages as m
from contract.boxes import ClipBoxes
from contract.checkup import Checkup
from contract.enrolment import EnrolmentAsked, RenewRequest
from contract.profiles import RuleProfile
from contract.topics import booth_topic, parse_booth_topic
from contract.wire import InvalidError, Wire
from hub.feed import Changes
from hub.intake.incoming import Incoming, Refused, read
from hub.intake.message import Delivery, Message
from tests.contract.examples import EXAMPLES
from tests.support.fuzz import Fuzz, Parse, Record, count_of, json_like, text_like

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MORE: dict[str, Wire] = {
    "asked": EnrolmentAsked(csr_pem="-----BEGIN", hardware_serial="10000000f4a1c0de", model="Raspberry Pi 5"),
    "renewal": RenewRequest(
        certificate_pem="-----BEGIN",
        csr_pem="-----BEGIN",
        signed_at=NOW.isoformat(),
        signature="MEUC",
        rescue_code="K7QF",
    ),
}


def seeds(*prefixes: str) -> dict[str, bytes]:
    found = {name: value.to_json() for name, value in (EXAMPLES | MORE).items() if name.startswith(prefixes)}
    assert found, prefixes
    return found


def again(message: Wire, parse: Parse) -> None:
    """Written and read again it is the same."""
    assert parse(message.to_json()) == message


def taken(kind: type[Wire]) -> Parse:
    def parse(payload: bytes) -> object:
        message = kind.parse(payload)
        again(message, kind.parse)
        return message

    return parse


def command(payload: bytes) -> object:
    found = m.parse_command(payload)
    again(found, m.parse_command)
    return found


def reply(payload: bytes) -> object:
    found = m.parse_reply(payload)
    again(found, m.parse_reply)
    return found


def intake(payload: bytes) -> object:
    """As it comes to the hub's ingest: never an error, always an event or a reason."""
    found = read("booth-1", Message("t", payload, False, NOW, Delivery(1, 1, 1), len(payload)))
    if isinstance(found, Refused):
        assert found.reason
        assert len(found.reason) <= 300
        assert len(found.message.payload) <= 64 * 1024
        raise InvalidError(found.reason)
    assert isinstance(found, Incoming)
    return found


PARSERS: dict[str, tuple[Parse, tuple[str, ...]]] = {
    "event": (taken(m.Event), ("event_",)),
    "event, at the hub's ingest": (intake, ("event_",)),
    "trace event": (taken(m.Event), ("event_trace",)),
    "acknowledgement": (taken(m.Ack), ("ack",)),
    "availability": (taken(m.Availability), ("availability",)),
    "hub status": (taken(m.HubStatus), ("hub_status",)),
    "health": (taken(m.Health), ("health",)),
    "checkup": (taken(Checkup), ("checkup",)),
    "rule profile": (taken(RuleProfile), ("profile_",)),
    "desired": (taken(m.Desired), ("desired",)),
    "reported": (taken(m.Reported), ("reported",)),
    "command": (command, ("command_",)),
    "reply": (reply, ("reply_",)),
    "enrolment request": (taken(m.EnrolRequest), ("enrol_request",)),
    "enrolment reply": (taken(m.EnrolReply), ("enrol_reply",)),
    "enrolment without a code": (taken(EnrolmentAsked), ("asked",)),
    "renewal": (taken(RenewRequest), ("renewal",)),
    "boxes of a clip": (taken(ClipBoxes), ("clip_boxes",)),
}


def test_every_example_is_fed_to_somebody() -> None:
    """Configuration has a file of its own."""
    known = tuple(prefix for _, prefixes in PARSERS.values() for prefix in prefixes)
    assert {name for name in EXAMPLES if not name.startswith(known)} == {"device_config"}


@pytest.mark.parametrize("name", PARSERS)
def test_messages(name: str, record: Record) -> None:
    parse, prefixes = PARSERS[name]
    known = seeds(*prefixes)
    if name == "event, at the hub's ingest":
        known = {key: payload for key, payload in known.items() if m.Event.parse(payload).booth == "booth-1"}
    documents = {key: json.loads(payload) for key, payload in known.items()}
    Fuzz(name, parse, known, (InvalidError,), documents, made_up=json_like()).run(count_of(), record)


def test_the_feed_between_hub_processes(record: Record) -> None:
    changes = Changes(violations=(), booths=("booth-1",), exam_sessions=()).to_json()
    Fuzz(
        "feed",
        taken(Changes),
        {"changes": changes},
        (InvalidError,),
        {"changes": json.loads(changes)},
        made_up=json_like(),
    ).run(count_of(), record)


def test_topics(record: Record) -> None:
    def parse(data: bytes) -> object:
        topic = data.decode(errors="replace")
        found = parse_booth_topic(topic)
        assert found is None or booth_topic(found.booth, found.channel) == topic
        return found

    known = {"events": booth_topic("booth-1", "events").encode()}
    Fuzz("topic", parse, known, (), made_up=text_like("/+#$invigil/v1/booths")).run(count_of(), record)


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1899-12-31T00:00:00Z"])
def test_times_that_nobody_can_count_with_are_refused(since: str) -> None:
    with pytest.raises(InvalidError, match="since: a year from 1900 to 2999"):
        m.Availability.parse(json.dumps({"state": "online", "since": since}))
