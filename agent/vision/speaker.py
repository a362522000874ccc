"""Whose voice it is: the candidate's where the mouth moves with the sound, another's where it stays shut all the while.

One microphone cannot tell two people apart, but the camera sees one of them. It says `unknown` rather than guess: while
the mouth is hidden, turned away or too small, while it moves as much without the sound (chewing), and for movements in
between. What this cannot tell: a candidate who moves the lips while somebody else speaks, and one who speaks with lips
that hardly part.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from agent.vision.observation import Face, Speaker, Speech

MOVES: Final = 0.025
"""Between how far apart the lips are at most and at least, share of the face's height: 4 to 5 mm. Vowels part them by 5
to 15 mm. The extreme tenth of the looks is left out on both sides: one glitch is no movement."""
SHUT: Final = 0.02
"""The same for a mouth that does not speak, all looks counted. Landmarks of closed mouths lie within it."""
MOST_S: Final = 6.0
"""How far back is looked."""
BEFORE_S: Final = 3.0
"""Of quiet before the speech: what moves then just as well does not move with the sound."""
MOVES_LOOKS: Final = 5
SHUT_S: Final = 1.2
"""Six syllables: nobody speaks for so long without parting the lips."""
LONGEST_BLINK_S: Final = 0.35
"""Between two looks at the mouth for it to count as seen all the while."""


@dataclass(frozen=True, slots=True)
class _Look:
    captured_s: float
    lips: float | None


class SpeakerWatch:
    """Call from one thread, with every observation in order of time."""

    def __init__(self) -> None:
        self._looks = deque[_Look]()

    def judge(self, speech: Speech | None, faces: Sequence[Face] | None, captured_s: float) -> Speech | None:
        """`speech` with its speaker. `faces` are those of this frame, largest first; None when nobody looked."""
        if self._looks and captured_s < self._looks[-1].captured_s:
            self._looks.clear()
        if faces is not None:
            self._looks.append(_Look(captured_s, faces[0].lips if faces else None))
        while self._looks and captured_s - self._looks[0].captured_s > MOST_S + BEFORE_S:
            self._looks.popleft()
        if speech is None or speech.since_s is None:
            return speech
        return replace(speech, speaker=self._speaker(max(speech.since_s, captured_s - MOST_S), captured_s))

    def _speaker(self, since_s: float, now_s: float) -> Speaker:
        during = [look for look in self._looks if look.captured_s >= since_s]
        lips = sorted(look.lips for look in during if look.lips is not None)
        if len(lips) < MOVES_LOOKS:
            return "unknown"
        if _spread(lips) >= MOVES:
            before = [look for look in self._looks if since_s - BEFORE_S <= look.captured_s < since_s]
            quiet = sorted(look.lips for look in before if look.lips is not None)
            chews = len(quiet) >= MOVES_LOOKS and _spread(quiet) >= MOVES
            return "unknown" if chews else "candidate"
        stamps = [since_s, *(look.captured_s for look in during), now_s]
        seen = all(b - a <= LONGEST_BLINK_S for a, b in pairwise(stamps))
        whole = len(lips) == len(during) and seen and now_s - since_s >= SHUT_S
        return "other" if whole and lips[-1] - lips[0] <= SHUT else "unknown"


def _spread(rising: Sequence[float]) -> float:
    """Without the extreme tenth on both sides."""
    cut = len(rising) // 10
    return rising[-1 - cut] - rising[cut]
