"""Tries: a person's clip is given to an idle booth with the profiles to judge it by, and the booth is asked how far
it is. The hub keeps nothing of what was found."""

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from contract.live import DoneReply
from contract.messages import AnyReply, ErrorReply
from contract.profiles import RuleProfile
from contract.sitting import SittingState
from contract.tries import TryCommand, TryStateCommand, TryStateReply
from hub import audit
from hub.audit import Actor
from hub.commands import Commands
from hub.db import Database
from hub.errors import RefusedError
from hub.evidence.signatures import Signatures, Signed
from hub.states import BoothStates
from hub.store import booths
from hub.tries.clips import Clip, Clips
from hub.views import Me
from hub.views.tries import TryClip, TryView

REPLY_S: Final = 10.0
SITTING: Final[frozenset[SittingState]] = frozenset({"checked_in", "admitted", "in_progress", "paused", "on_break"})


class Tries:
    def __init__(
        self, clips: Clips, database: Database, commands: Commands, states: BoothStates, signatures: Signatures
    ) -> None:
        self._clips = clips
        self._database = database
        self._commands = commands
        self._states = states
        self._signatures = signatures

    async def receive(self, me: Me, size_bytes: int, body: AsyncIterator[bytes]) -> TryClip:
        clip = await self._clips.receive(me.username, size_bytes, body)
        return TryClip(try_id=clip.try_id, sha256=clip.sha256, size_bytes=clip.size_bytes)

    async def begin(
        self, try_id: UUID, me: Me, actor: Actor, booth_id: str, profiles: Sequence[RuleProfile]
    ) -> TryView:
        """Raises 404 for a clip that is not there or somebody else's, 409 for a booth that is not online or has an
        exam session on, 502 where the booth refuses, 504 where it does not answer."""
        clip = self._own(try_id, me)
        await self._refuse_busy(booth_id)
        clip.booth_id = booth_id
        command = TryCommand(try_id=try_id, sha256=clip.sha256, size_bytes=clip.size_bytes, profiles=tuple(profiles))
        async with self._database.writing() as connection:
            said = [f"{profile.name}, version {profile.version}" for profile in profiles]
            about = {"booth": booth_id, "profiles": said, "sha256": clip.sha256}
            await audit.record(connection, actor, "profile.tried", "profile", profiles[0].name, **about)
        reply = await self._commands.request(booth_id, command, timeout_s=REPLY_S)
        if not isinstance(reply, DoneReply):
            raise _refused(booth_id, reply)
        return _view(booth_id, TryStateReply(try_id=try_id, state="fetching"))

    async def look(self, try_id: UUID, me: Me) -> TryView:
        """Asks the booth. Raises 404, 409 for a booth that is not online any more, 502 and 504 as `begin`."""
        clip = self._own(try_id, me)
        if clip.booth_id is None:
            raise RefusedError(409, "Not begun", "give the clip to a booth first, with POST")
        self._refuse_gone(clip.booth_id)
        reply = await self._commands.request(clip.booth_id, TryStateCommand(try_id=try_id), timeout_s=REPLY_S)
        if not isinstance(reply, TryStateReply) or reply.try_id != try_id:
            raise _refused(clip.booth_id, reply)
        return _view(clip.booth_id, reply)

    async def fetch(self, try_id: UUID, signed: Signed) -> Clip:
        """For the booth that it was given to and no other. Raises 401, 404."""
        clip = self._clips.find(try_id)
        await self._signatures.check(signed, clip.sha256, clip.size_bytes)
        if clip.booth_id != signed.booth:
            raise RefusedError(404, "No such try", f"this clip was not given to {signed.booth}")
        return clip

    def _own(self, try_id: UUID, me: Me) -> Clip:
        clip = self._clips.find(try_id)
        if clip.username != me.username:
            raise RefusedError(404, "No such try", "it is somebody else's; send a clip of your own")
        return clip

    async def _refuse_busy(self, booth_id: str) -> None:
        async with self._database.reading() as connection:
            found = await booths.views(connection, [booth_id])
        if not found:
            raise RefusedError(404, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")
        self._refuse_gone(booth_id)
        on = found[0].exam_session
        if on is not None and on.state in SITTING:
            raise RefusedError(409, "An exam session is on", f"{booth_id} watches a candidate; choose an idle booth")

    def _refuse_gone(self, booth_id: str) -> None:
        if (availability := self._states.availability(booth_id)) != "online":
            detail = f"{booth_id} is {availability}; choose a booth that is online"
            raise RefusedError(409, "Booth is not connected", detail)


def _refused(booth_id: str, reply: AnyReply) -> RefusedError:
    reason = reply.reason if isinstance(reply, ErrorReply) else "an answer to something else; try again"
    return RefusedError(502, "The booth refused", f"{booth_id} says: {reason}")


def _view(booth_id: str, state: TryStateReply) -> TryView:
    return TryView(
        booth_id=booth_id, **{name: getattr(state, name) for name in TryView.model_fields if name != "booth_id"}
    )
