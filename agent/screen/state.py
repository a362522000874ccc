"""What the candidate sees: recorded or not, by whom watched, which messages wait, whether the hand is up.

Lives in memory. After a restart of the agent the page gives back what it still shows, after a reload of the page the
agent does; only when both end at once (a power cut) are unread messages and the raised hand gone.
"""

import time
from collections import deque
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from agent.screen.words import MESSAGES_MAX, Hello, Message, Show
from agent.sitting.step import Step
from contract.live import Screen

REMEMBERED_READ: Final = 64
"""Messages known as read, so that one that the hub sends twice is not shown twice."""


class ScreenState:
    """Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self.instance: Final = uuid4().hex
        self.recording = False
        self.watchers: tuple[str, ...] = ()
        self.trouble: str | None = None
        self.hand_raised_at: datetime | None = None
        self.step: Step | None = None
        self._sign: tuple[str, float] | None = None
        self._messages: list[Message] = []
        self._read: deque[UUID] = deque(maxlen=REMEMBERED_READ)

    def turn(self, step: Step | None) -> bool:
        """Whether that changes what is seen; the time left is told with the next beat, as the page counts itself."""
        older, self.step = self.step, step
        if older is None or step is None:
            return older is not step
        return older != step.model_copy(update={"left_s": older.left_s})

    def sign(self, name: str, seconds: float) -> bool:
        """Which booth this is, until then; the next beat takes it away again."""
        self._sign = name, time.monotonic() + seconds
        return True

    def _signed(self) -> str | None:
        if self._sign is not None and time.monotonic() >= self._sign[1]:
            self._sign = None
        return self._sign[0] if self._sign else None

    @property
    def filmed(self) -> bool:
        """Whether the page shows what the camera sees."""
        step = self.step
        return step is not None and step.camera

    @property
    def unread(self) -> int:
        return len(self._messages)

    def add(self, message: Message) -> bool:
        """Whether there was room. A message that came before is not added again, and that is fine."""
        if message.message_id in self._read or any(old.message_id == message.message_id for old in self._messages):
            return True
        if len(self._messages) >= MESSAGES_MAX:
            return False
        self._messages.append(message)
        return True

    def read(self, message_id: UUID) -> bool:
        """Whether that changed anything: a touch that comes twice, or for a message of another run, does not."""
        kept = [message for message in self._messages if message.message_id != message_id]
        confirmed = len(kept) < len(self._messages)
        if confirmed:
            self._read.append(message_id)
        self._messages = kept
        return confirmed

    def hand(self, *, raised: bool) -> bool:
        """Whether that changed anything; raising a raised hand keeps the time since when it is up."""
        if raised == (self.hand_raised_at is not None):
            return False
        self.hand_raised_at = datetime.now(UTC) if raised else None
        return True

    def adopt(self, hello: Hello) -> bool:
        """Take over what a page still shows of an earlier run of the agent. Whether the hand is up because of it."""
        if hello.instance in {None, self.instance}:
            return False
        for message in hello.messages:
            self.add(message)
        if hello.hand_raised_at is None or self.hand_raised_at is not None:
            return False
        self.hand_raised_at = hello.hand_raised_at
        return True

    def show(self, build: str) -> Show:
        return Show(
            instance=self.instance,
            build=build,
            recording=self.recording,
            watchers=self.watchers,
            hand_raised_at=self.hand_raised_at,
            trouble=self.trouble,
            messages=tuple(self._messages),
            step=self.step,
            identify=self._signed(),
        )

    def screen(self, *, connected: bool, speaker: str | None) -> Screen:
        return Screen(connected=connected, speaker=speaker, unread=self.unread)
