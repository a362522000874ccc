"""Live pictures and talk: what is said to bring a viewer's browser and a booth together, and how each stream is doing.

Two kinds of peer connection, one signaling. A *view* goes from the booth's agent to a browser; a *talk* goes from the
interviewer's browser to the browser on the booth's screen, through the agent. The browser always offers. It may trickle
its ICE candidates; answers come with all of theirs. A candidate line is always prefixed (`candidate:…`, RFC 8839).
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contract.wire import Timestamp, Wire

Sdp = Annotated[str, Field(min_length=1, max_length=40_000)]
"""A session description. Chromium's offers for two tracks and a data channel have 6 to 9 kB."""

Rendition = Literal["high", "low"]
RenditionWish = Literal["auto", "high", "low"]


class IceServer(Wire):
    """One STUN or TURN server, as `RTCIceServer` has it. Servers are always given: no library's default is used."""

    urls: tuple[str, ...] = Field(min_length=1, max_length=8)
    username: str = Field("", max_length=200)
    credential: str = Field("", max_length=200, repr=False)


class IceCandidate(Wire):
    """`RTCIceCandidateInit`; an empty `candidate` says that there are no more."""

    candidate: Annotated[str, StringConstraints(pattern=r"^(candidate:.*)?$", max_length=500)]
    sdp_mid: str | None = Field(None, max_length=40)
    sdp_mline_index: int | None = Field(None, ge=0, le=64)


class Watcher(Wire):
    """Who watches or speaks, as the candidate is told."""

    name: str = Field(max_length=120)


class OfferCommand(Wire):
    """A browser wants to see this booth. Answered with the agent's description, all its candidates in it."""

    type: Literal["offer"] = "offer"
    peer_id: UUID = Field(description="of this viewer, chosen by the hub; a second offer replaces the first connection")
    sdp: Sdp
    watcher: Watcher
    ice_servers: tuple[IceServer, ...] = Field((), max_length=8)
    relay_only: bool = Field(False, description="only through TURN: the network keeps booths and people apart")
    rendition: RenditionWish = Field("auto", description="auto takes what the viewer's link carries")


class TalkCommand(Wire):
    """An interviewer wants to speak on this booth's screen. The screen's browser answers."""

    type: Literal["talk"] = "talk"
    peer_id: UUID
    sdp: Sdp
    watcher: Watcher
    ice_servers: tuple[IceServer, ...] = Field((), max_length=8)
    relay_only: bool = False


class CandidateCommand(Wire):
    """A candidate the browser found after its offer, of a view or of a talk."""

    type: Literal["candidate"] = "candidate"
    peer_id: UUID
    candidate: IceCandidate


class RenditionCommand(Wire):
    """Another size for one viewer, from the next keyframe on."""

    type: Literal["rendition"] = "rendition"
    peer_id: UUID
    rendition: RenditionWish


class HangUpCommand(Wire):
    """This viewer or speaker is gone."""

    type: Literal["hang_up"] = "hang_up"
    peer_id: UUID


class SayCommand(Wire):
    """Words for the candidate, shown until they confirm that they have read them."""

    type: Literal["say"] = "say"
    message_id: UUID
    text: str = Field(min_length=1, max_length=500)
    sender: str = Field(max_length=120)


class LowerHandCommand(Wire):
    """Somebody has seen the raised hand."""

    type: Literal["lower_hand"] = "lower_hand"


class AnswerReply(Wire):
    type: Literal["answer"] = "answer"
    sdp: Sdp


class DoneReply(Wire):
    type: Literal["done"] = "done"


class ViewerStats(Wire):
    """How one viewer's stream is doing, over the last seconds."""

    peer_id: UUID
    name: str = Field(max_length=120)
    since: Timestamp
    state: Literal["connecting", "connected"]
    rendition: Rendition
    fps: float = Field(ge=0, description="frames sent per second")
    bitrate_bps: int = Field(ge=0)
    loss: float | None = Field(None, ge=0, le=1, description="share of packets the viewer misses, by its own reports")
    round_trip_ms: float | None = Field(None, ge=0)
    resent: int = Field(0, ge=0, description="packets sent again at the viewer's request, since it came")
    skipped: int = Field(0, ge=0, description="frames not sent because its link was behind, since it came")


class StreamStats(Wire):
    """One encoder that runs. None runs while nobody watches and no evidence needs it."""

    stream: Literal["high", "low", "audio"]
    encoder: str = Field(max_length=60)
    fps: float = Field(ge=0, description="frames encoded per second; of audio, packets")
    bitrate_bps: int = Field(ge=0)


class Screen(Wire):
    """What the booth's screen is doing."""

    connected: bool = Field(False, description="a browser shows the candidate's page")
    speaker: str | None = Field(None, max_length=120, description="who speaks to the candidate now")
    unread: int = Field(0, ge=0, description="messages that the candidate has not confirmed")
