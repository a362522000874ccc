"""A booth's event as it arrives: read, or refused with a reason. Pure: no database, no broker."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from contract.chain import sha256_hex
from contract.messages import Event
from contract.topics import MAX_PAYLOAD_BYTES
from contract.wire import InvalidError
from hub.intake.message import KEPT_PAYLOAD_BYTES, Message

Refusal = Literal["malformed", "oversized", "foreign", "tampered", "unknown_booth", "unstorable", "reply", "revoked"]
"""Why a message can never be stored; the label of the metric."""

Key = tuple[UUID, int]
"""Chain and number."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event that can be read, from the booth whose topic it came by."""

    message: Message
    event: Event
    payload_sha256: str

    @property
    def key(self) -> Key:
        return self.event.chain_id, self.event.seq


@dataclass(frozen=True, slots=True)
class Refused:
    """A message to keep aside. `key` is None where not even chain and number can be read."""

    booth_id: str
    message: Message
    refusal: Refusal
    reason: str
    key: Key | None


def read(booth_id: str, message: Message) -> Incoming | Refused:
    """The event in a message that came by `booth_id`'s topic."""
    payload = message.payload
    if len(payload) > MAX_PAYLOAD_BYTES:
        reason = f"{len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} travel over MQTT"
        # Cut here: two thousand of them may wait.
        cut = replace(message, payload=payload[:KEPT_PAYLOAD_BYTES])
        return Refused(booth_id, cut, "oversized", reason, _key(payload))
    try:
        event = Event.parse(payload)
    except InvalidError as error:
        return Refused(booth_id, message, "malformed", str(error)[:300], _key(payload))
    if event.booth != booth_id:
        reason = f"says that it is from {event.booth}, came from {booth_id}"
        return Refused(booth_id, message, "foreign", reason, (event.chain_id, event.seq))
    return Incoming(message, event, sha256_hex(payload))


def _key(payload: bytes) -> Key | None:
    """Chain and number of an event that is otherwise not acceptable, so that the booth need not send it for ever."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        data = json.loads(payload)
        seq = data["seq"]
        if type(seq) is int and 1 <= seq <= 2**53:
            return UUID(data["chain_id"]), seq
    return None
