"""What the agent and the candidate's page say to each other over the loopback WebSocket.

The page speaks first (`Hello`). The agent then tells the whole state, again after each change and every few seconds,
so a page that missed something is right again soon; only the words of a talk come one by one, in order. Pictures for
the check-in's photos come as bytes: `L` and a JPEG for the camera's newest, `T` and a JPEG for the one that was taken.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from agent.sitting.step import Act, Step
from contract.live import IceCandidate, IceServer, SayCommand, Sdp
from contract.wire import InvalidError, Timestamp, Wire, explain

MESSAGES_MAX: Final = 20
"""Unread messages. The twenty-first is refused, so the proctor knows; nobody reads so many at once."""

# --- agent → page ---


class Message(Wire):
    message_id: UUID
    text: str = Field(min_length=1, max_length=500)
    sender: str = Field(max_length=120)

    @classmethod
    def of(cls, command: SayCommand) -> "Message":
        return cls(message_id=command.message_id, text=command.text, sender=command.sender)


class Show(Wire):
    """Everything there is to see, but for who speaks. A page that is told the same twice changes nothing."""

    type: Literal["show"] = "show"
    instance: str = Field(description="of the agent's run; the page says it in its next `Hello`", max_length=60)
    build: str = Field(description="of the page's files; another one than its own makes the page load itself again")
    recording: bool = False
    watchers: tuple[str, ...] = ()
    hand_raised_at: Timestamp | None = None
    trouble: str | None = None
    messages: tuple[Message, ...] = ()
    step: Step | None = Field(None, description="of the exam session; None outside of one")
    identify: str | None = Field(None, description="which booth this is, in large letters, while somebody looks for it")


class Talk(Wire):
    """Somebody wants to speak. A page that is in a talk ends that one and tells the older speaker who came."""

    type: Literal["talk"] = "talk"
    peer_id: UUID
    offer: int = Field(description="counts offers, so that a late answer to an older one is known as such")
    sdp: Sdp
    name: str
    ice_servers: tuple[IceServer, ...] = ()
    relay_only: bool = False


class Candidate(Wire):
    type: Literal["candidate"] = "candidate"
    peer_id: UUID
    candidate: IceCandidate


class End(Wire):
    """The speaker hung up."""

    type: Literal["end"] = "end"
    peer_id: UUID


ToPage = Show | Talk | Candidate | End

# --- page → agent ---


class Hello(Wire):
    """First word of a page. What it still shows of an earlier run of the agent is taken over: see `instance`."""

    type: Literal["hello"] = "hello"
    instance: str | None = Field(None, max_length=60)
    hand_raised_at: Timestamp | None = None
    messages: tuple[Message, ...] = Field((), max_length=MESSAGES_MAX)


class Read(Wire):
    """The candidate has read a message."""

    type: Literal["read"] = "read"
    message_id: UUID


class Hand(Wire):
    type: Literal["hand"] = "hand"
    raised: bool


class Answer(Wire):
    type: Literal["answer"] = "answer"
    peer_id: UUID
    offer: int
    sdp: Sdp


class Ended(Wire):
    """A talk could not be brought about, or is over: the other side vanished, or something failed."""

    type: Literal["ended"] = "ended"
    peer_id: UUID
    offer: int
    reason: str = Field(max_length=280)


FromPage = Hello | Read | Hand | Act | Answer | Ended

_FROM_PAGE: Final[TypeAdapter[FromPage]] = TypeAdapter(Annotated[FromPage, Field(discriminator="type")])


def parse_page(payload: str | bytes) -> FromPage:
    """Raises `InvalidError`."""
    try:
        return _FROM_PAGE.validate_json(payload)
    except ValidationError as error:
        raise InvalidError(explain(error)) from error
