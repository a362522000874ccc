"""Watches a video for faces: those that live, those that are pictures or worn, and bodies whose face nobody finds."""

from agent.frame import BgrImage
from agent.vision.faces import FaceDetector
from agent.vision.observation import CameraState, Detection, Face, Faceless
from agent.vision.presence import Presence
from agent.vision.prints import Prints
from agent.vision.stillness import Stillness


class FaceWatch:
    """Remembers the faces of one camera. Call from one thread, with frames in order."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self._prints = Prints()
        self._stillness = Stillness()
        self._presence = Presence()

    @property
    def asks(self) -> bool:
        """Whether a look at the whole picture for bodies would tell more than the last one does."""
        return self._presence.asks

    def look(
        self, image: BgrImage, bodies: tuple[float, tuple[Detection, ...]] | None, camera: CameraState, now_s: float
    ) -> tuple[tuple[Face, ...], Faceless | None]:
        """Every face, largest first, and the body if no living face was found; raises `DetectorError`.

        `bodies`: when the whole picture was last looked at and who was there; None if that is unknown.
        """
        faces = self._detector.detect(image, now_s, bodies[1] if bodies else ())
        faces = self._prints.look(faces, bodies, now_s)
        others = iter(self._stillness.look(image, [face for face in faces if not face.worn], camera, now_s))
        faces = tuple(face if face.worn else next(others) for face in faces)
        return faces, self._presence.look([face for face in faces if face.lives], bodies, now_s)
