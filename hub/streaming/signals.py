"""What a browser and the hub say to each other to bring a view or a talk about, on one WebSocket for each.

The hub welcomes; the browser offers and trickles its candidates; the hub passes the booth's answer on. `trouble` with
`retry` leaves the socket open: offer again after a pause. Credentials of a welcome are for connections made soon
after it; for a later one, open a new socket.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from contract.live import IceCandidate, IceServer, RenditionWish, Sdp
from contract.wire import InvalidError, Wire, explain
from hub.views import View


class SignalOffer(Wire):
    """A second one on the same socket replaces the connection."""

    type: Literal["offer"]
    sdp: Sdp
    rendition: RenditionWish = Field("auto", description="of a view; a talk has one size")


class SignalCandidate(Wire):
    """As the browser finds them; an empty one says that there are no more."""

    type: Literal["candidate"]
    candidate: IceCandidate


class SignalRendition(Wire):
    """Another size, from the next keyframe on."""

    type: Literal["rendition"]
    rendition: RenditionWish


class SignalHangUp(Wire):
    """The hub closes the socket."""

    type: Literal["hang_up"]


AnyBrowserSignal = SignalOffer | SignalCandidate | SignalRendition | SignalHangUp
BrowserSignal = Annotated[AnyBrowserSignal, Field(discriminator="type")]


class SignalWelcome(View):
    """First message."""

    type: Literal["welcome"] = "welcome"
    peer_id: UUID
    ice_servers: tuple[IceServer, ...]
    relay_only: bool


class SignalAnswer(View):
    """All of the booth's candidates are in it."""

    type: Literal["answer"] = "answer"
    sdp: str


class SignalTrouble(View):
    type: Literal["trouble"] = "trouble"
    title: str
    detail: str = Field(description="what to do about it")
    retry: bool = Field(description="whether it may work a moment later; else the same again does not help")


HubSignal = Annotated[SignalWelcome | SignalAnswer | SignalTrouble, Field(discriminator="type")]

_BROWSER: Final[TypeAdapter[AnyBrowserSignal]] = TypeAdapter(BrowserSignal)


def parse_browser_signal(text: str) -> AnyBrowserSignal:
    """Raises `InvalidError`."""
    try:
        return _BROWSER.validate_json(text)
    except ValidationError as error:
        raise InvalidError(explain(error)) from error
