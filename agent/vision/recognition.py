"""The identity detector's place in the analyzer: on where a rule asks for it and its weights are there, else off.

No rule that asks, no face that is learned: then the network is not even loaded. Its weights are optional, so that they
are missing is said in health and is no fault. Call from the vision thread; `slot` may be asked from another.
"""

from pathlib import Path
from typing import Final

from agent.errors import DetectorError
from agent.frame import Frame
from agent.vision.face_embedding import load_face_embedding
from agent.vision.governor import PACES_HZ
from agent.vision.identity import IdentityWatch, Sitting
from agent.vision.observation import CameraState, Face, Identity
from agent.vision.slot import Slot
from contract.manifest import Manifest
from contract.wire import InvalidError

IDENTITY_HZ: Final = PACES_HZ[0]["identity"]
NOT_ASKED: Final = "no rule in force asks whether somebody else sits there"


class Recognition:
    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self._manifest, self._folder = manifest, folder
        self._watch: IdentityWatch | None = None
        self._asked = False
        self.slot = Slot("identity", IDENTITY_HZ)
        self.slot.turn_off(NOT_ASKED, asked=False)

    def ask(self, asked: bool, sitting: Sitting) -> None:
        """Whether a rule wants to know, and who sits there. Off forgets; on looks for weights."""
        if asked and not self._asked:
            self._start(sitting)
        elif self._asked and not asked:
            self.close()
            self.slot.turn_off(NOT_ASKED, asked=False)
        self._asked = asked
        if self._watch is not None:
            self._watch.sits(sitting)
            self.slot.say(self._watch.about)

    def look(self, frame: Frame, faces: tuple[Face, ...] | None, camera: CameraState, now_s: float) -> Identity | None:
        """Who is there; None while nobody can say. Takes a look of its own where one is due and the picture is good."""
        watch = self._watch
        if watch is None or faces is None:
            return None
        who = watch.follow(faces, camera, now_s)
        if not watch.wants(faces, camera, now_s):
            return who
        self.slot.run(now_s, lambda: watch.look(frame, faces[0], now_s))
        self.slot.say(watch.about)
        return watch.follow(faces, camera, now_s)

    @property
    def load_s(self) -> float:
        """Seconds of a look, spread over the turns that were not taken: most are not."""
        taken_hz = self.slot.health().rate_hz or 0.0
        return (self.slot.load_s or 0.0) * min(1.0, taken_hz / IDENTITY_HZ)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.forget()
        self._watch = None

    def _start(self, sitting: Sitting) -> None:
        try:
            embedding = load_face_embedding(self._manifest, self._folder)
        except (InvalidError, DetectorError) as error:
            self.slot.turn_off(str(error))
            return
        self._watch = IdentityWatch(embedding, sitting)
        self.slot.start(embedding.weights)
