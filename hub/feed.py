"""`hub/feed`: which committed changes every hub process should show.

It names things and does not hold them: whoever shows one reads it back, so people see what the database holds.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from contract.topics import HUB_FEED
from contract.wire import BoothId, Sha256, Timestamp, Wire
from hub.mqtt import HubMqtt

CHUNK: Final = 400
"""Names in one message: 400 of 64 letters stay well under the size limit."""

Name = TypeVar("Name")


class ArrivedEvidence(Wire):
    sha256: Sha256
    booth_id: BoothId


class Look(Wire):
    """Somebody has a booth before them."""

    booth_id: BoothId
    username: str
    display_name: str
    since: Timestamp


class Hold(Wire):
    """Somebody has a violation before them for review; None: nothing any more."""

    username: str
    display_name: str
    violation_id: UUID | None
    booth_id: BoothId | None
    since: Timestamp


class Changes(Wire):
    violations: tuple[UUID, ...] = ()
    gaps: tuple[UUID, ...] = ()
    evidence: tuple[ArrivedEvidence, ...] = ()
    booths: tuple[BoothId, ...] = ()
    looking: tuple[Look, ...] = ()
    holding: tuple[Hold, ...] = ()
    exam_sessions: tuple[UUID, ...] = ()


class Feed:
    """Publishes after a commit. What cannot be sent is not kept: after a reconnect browsers fetch everything again."""

    def __init__(self, mqtt: HubMqtt) -> None:
        self._mqtt = mqtt

    def booth_changed(self, *booth_ids: str) -> None:
        self.publish(booths=booth_ids)

    def exam_session_changed(self, *exam_session_ids: UUID) -> None:
        for some in _chunks(exam_session_ids):
            self._send(Changes(exam_sessions=some))

    def looked(self, look: Look) -> None:
        self._send(Changes(looking=(look,)))

    def held(self, hold: Hold) -> None:
        self._send(Changes(holding=(hold,)))

    def evidence_arrived(self, sha256: str, booth_id: str) -> None:
        self._send(Changes(evidence=(ArrivedEvidence(sha256=sha256, booth_id=booth_id),)))

    def publish(self, violations: Iterable[UUID] = (), gaps: Iterable[UUID] = (), booths: Iterable[str] = ()) -> None:
        for some in _chunks(tuple(violations)):
            self._send(Changes(violations=some))
        for some in _chunks(tuple(gaps)):
            self._send(Changes(gaps=some))
        for names in _chunks(tuple(booths)):
            self._send(Changes(booths=names))

    def _send(self, changes: Changes) -> None:
        self._mqtt.publish(HUB_FEED, changes.to_json(), qos=0)


def _chunks(names: tuple[Name, ...]) -> Sequence[tuple[Name, ...]]:
    return [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
