"""Who hears which message of the live feed: by permission, and by the booth it is about."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from hub.people.permissions import Permission
from hub.views import LiveBooth, LiveViolation, Me


class _Audience(NamedTuple):
    permission: Permission
    booth: Callable[[Any], str | None]


AUDIENCE: Final[dict[str, _Audience | None]] = {
    "hello": None,
    "beat": None,
    "violation": _Audience("violations.read", lambda message: message.violation.booth_id),
    "booth": _Audience("booths.read", lambda message: message.booth.booth_id),
    "gap": _Audience("booths.read", lambda message: message.gap.booth_id),
    "evidence": _Audience("violations.read", lambda message: message.booth_id),
    "exam_session": _Audience("exam_sessions.read", lambda message: message.exam_session.booth_id),
}
"""By the message's type; None: everybody who is signed in. What is at no booth is for those who see all of them."""


class Sent:
    """One message as each of its listeners may see it, written down once for all of them."""

    def __init__(self, message: BaseModel) -> None:
        self._message = message
        self._audience = AUDIENCE[str(getattr(message, "type", None))]
        self._texts: dict[tuple[bool, bool], str] = {}

    def text_for(self, me: Me) -> str | None:
        """None: it is not for them."""
        if self._audience is not None:
            booth_id = self._audience.booth(self._message)
            in_scope = me.booths is None or (booth_id is not None and me.sees(booth_id))
            if not in_scope or not me.may(self._audience.permission):
                return None
        shown = self._message
        match shown:
            case LiveBooth(booth=booth):
                latest = booth.latest
                which = (me.may("violations.read"), latest is not None and latest.blind_to(me))
            case LiveViolation(violation=violation):
                which = (True, violation.blind_to(me))
            case _:
                which = (True, False)
        if which not in self._texts:
            if isinstance(shown, LiveBooth):
                shown = LiveBooth(booth=shown.booth.shown_to(me))
            elif isinstance(shown, LiveViolation):
                shown = LiveViolation(violation=shown.violation.shown_to(me))
            self._texts[which] = shown.model_dump_json()
        return self._texts[which]
