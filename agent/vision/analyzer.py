"""Runs every detector at its own pace over the frames of one camera, and says what state each is in.

A detector without weights is off, one that raises is failed; both are said in health with the reason, and the others go
on. Paces are kept in captured time, so a file replayed as fast as possible gives what real time would.
"""

import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import Final

from agent.errors import DetectorError
from agent.frame import Frame, as_bgr, usable
from agent.vision.clock import Clock
from agent.vision.face_watch import FaceWatch
from agent.vision.faces import FaceDetector
from agent.vision.governor import PACES_HZ, Governor
from agent.vision.identity import NOBODY_SAYS, Sitting
from agent.vision.listener import Ear
from agent.vision.native import one_opencv_thread
from agent.vision.objects import ObjectDetector, load_object_detector
from agent.vision.observation import CameraState, Observation
from agent.vision.recognition import Recognition
from agent.vision.slot import Slot
from agent.vision.speaker import SpeakerWatch
from agent.vision.tamper import TamperDetector
from agent.vision.watch import ObjectWatch
from contract.device import FaceEngineChoice
from contract.manifest import Manifest
from contract.messages import DetectorHealth
from contract.wire import InvalidError

log = logging.getLogger(__name__)

FACES_HZ: Final = PACES_HZ[0]["faces"]
OBJECTS_HZ: Final = PACES_HZ[0]["objects"]
EVERY_FRAME_HZ: Final = 1000.0
NO_CLAIM: Final = CameraState(
    luma_mean=0.0,
    luma_std=0.0,
    sharpness=0.0,
    change=float("inf"),
    edges=0.0,
    min_edges=0.0,
    still_s=0.0,
    blocked=False,
    frozen=False,
    known=False,
)
"""Stands in where the tamper detector itself failed."""
NO_PICTURE: Final = replace(NO_CLAIM, blocked=True, known=True)
"""A camera that delivers frames without a picture shows as little as a covered one."""


class Analyzer:
    """Frames in, observations out. Call `analyze` from one thread; the other methods may be called from another."""

    def __init__(
        self,
        manifest: Manifest,
        weights_dir: Path,
        *,
        allow_missing: bool = True,
        face_engine: FaceEngineChoice = "auto",
        governor: Governor | None = None,
        ear: Ear | None = None,
    ) -> None:
        """With `allow_missing` a detector that cannot start is off; without, its error is raised.

        Without `governor` no pace ever changes, so that a replay gives the same on any machine. `ear` is asked about
        speech, and closed with the rest; without it nobody listens.
        """
        self._ear = ear
        self._speakers = SpeakerWatch()
        one_opencv_thread()
        self._governor = governor
        self._recognition = Recognition(manifest, weights_dir)
        identity_slot, tamper_slot = self._recognition.slot, Slot("tamper", EVERY_FRAME_HZ)
        self._slots = (Slot("faces", FACES_HZ), Slot("objects", OBJECTS_HZ), identity_slot, tamper_slot)
        faces_slot, objects_slot, *_ = self._slots
        self._faces: FaceDetector | None = None
        self._face_watch: FaceWatch | None = None
        self._objects: ObjectDetector | None = None
        self._watch: ObjectWatch | None = None
        self._tamper = TamperDetector()
        self._clock = Clock()
        self.refused = 0
        """Frames that nobody could look at: no picture, no time, or out of order."""
        tamper_slot.start({})
        try:
            self._faces = FaceDetector(manifest, weights_dir, engine=face_engine)
            self._face_watch = FaceWatch(self._faces)
            faces_slot.start(self._faces.weights, self._faces.missing, runs=self._faces.about)
        except (InvalidError, DetectorError) as error:
            if not allow_missing:
                raise
            faces_slot.turn_off(str(error))
        try:
            self._objects = load_object_detector(manifest, weights_dir)
            self._watch = ObjectWatch(self._objects)
            objects_slot.start(self._objects.weights, self._objects.missing)
        except (InvalidError, DetectorError) as error:
            if not allow_missing:
                self.close()
                raise
            objects_slot.turn_off(str(error))

    def analyze(self, frame: Frame) -> Observation:
        """Everything that is due in this frame. What a detector or a frame has wrong is counted, never raised."""
        try:
            usable_frame = usable(frame)
            now_s = self._clock.advance(frame.captured_s)
        except ValueError as error:
            return self._refuse(frame, error)
        captured_s = frame.captured_s
        frame = usable_frame if now_s == captured_s else replace(usable_frame, captured_s=now_s)
        faces_slot, objects_slot, _, tamper_slot = self._slots
        image, face_watch, watch = frame.image, self._face_watch, self._watch
        camera = tamper_slot.run(now_s, lambda: self._tamper.look(frame)) or NO_CLAIM
        bodies = watch.bodies(now_s) if watch else None
        looked = faces_slot.run(now_s, lambda: face_watch.look(image, bodies, camera, now_s)) if face_watch else None
        faces, faceless = looked or (None, None)
        all_of_it = face_watch is not None and face_watch.asks and faces_slot.load_s is not None
        observation = Observation(
            captured_s=captured_s,
            wall_time=frame.wall_time,
            frame_wh=frame.frame_wh,
            camera=camera,
            faces=faces,
            objects=objects_slot.run(now_s, lambda: watch.detect(image, now_s, all_of_it=all_of_it)) if watch else None,
            faceless=faceless,
        )
        if self._ear is not None:
            heard = self._speakers.judge(self._ear.at(captured_s), observation.living, captured_s)
            observation = replace(observation, speech=heard)
        who = self._recognition.look(frame, observation.living, observation.camera, now_s)
        observation = observation if who is None else replace(observation, identity=who)
        if self._governor is not None and self._governor.due(now_s):
            self._pace(self._governor, now_s)
        return observation

    def _pace(self, governor: Governor, now_s: float) -> None:
        """As often as the processor allows: faces and objects give way to what looks at every frame."""
        *paced, tamper = self._slots
        every_frame = (tamper.load_s or 0.0) * (tamper.health().rate_hz or 0.0)
        look_s: dict[str, float] = {slot.name: slot.load_s or 0.0 for slot in paced}
        look_s["identity"] = self._recognition.load_s
        if governor.review(now_s, look_s, every_frame):
            for slot in paced:
                slot.pace(governor.paces_hz[slot.name], governor.reason)

    def _refuse(self, frame: Frame, error: ValueError) -> Observation:
        """Nobody looked, and why."""
        self.refused += 1
        if self.refused == 1:
            log.warning("The camera delivers frames that nobody can look at: %s.", error)
        try:
            as_bgr(frame.image)
            camera = NO_CLAIM
        except ValueError:
            camera = NO_PICTURE
        captured_s = frame.captured_s if frame.captured_s is not None else math.nan
        return Observation(captured_s, frame.wall_time, (0, 0), faces=None, objects=None, camera=camera)

    def listen(self, wanted: bool) -> None:
        """Whether speech matters: the microphone is open only while it does."""
        if self._ear is not None:
            self._ear.listen(wanted)

    def recognise(self, asked: bool, sitting: Sitting = NOBODY_SAYS) -> None:
        """Whether the rules ask if somebody else sits there, and who does. From the thread that calls `analyze`."""
        self._recognition.ask(asked, sitting)

    @property
    def sees_faces(self) -> bool:
        """Whether faces can be found at all here: their weights are there."""
        return self._face_watch is not None

    def detectors(self) -> tuple[DetectorHealth, ...]:
        heard = self._ear.health() if self._ear is not None else None
        return tuple(slot.health() for slot in self._slots) + (() if heard is None else (heard,))

    def models(self) -> dict[str, str]:
        """SHA-256 of all weights in use, by name."""
        seeing = {name: sha for slot in self._slots for name, sha in slot.weights.items()}
        return seeing | dict(self._ear.weights if self._ear is not None else {})

    def detector_of(self) -> dict[str, str]:
        """Which detector each of these weights serves."""
        seeing: dict[str, str] = {name: slot.name for slot in self._slots for name in slot.weights}
        return seeing | dict.fromkeys(self._ear.weights if self._ear is not None else (), "voice")

    @property
    def failures(self) -> int:
        """How often a detector has failed so far."""
        heard = self._ear.failures if self._ear is not None else 0
        return sum(slot.failures for slot in self._slots) + heard

    def close(self) -> None:
        self._recognition.close()
        if self._faces is not None:
            self._faces.close()
        if self._objects is not None:
            self._objects.close()
        if self._ear is not None:
            self._ear.close()
