"""Photos of check-in: kept as evidence of their own role, and shown small to the one who takes them."""

from typing import Final

import cv2

from agent.errors import StorageError
from agent.evidence.recorder import reference_to
from agent.evidence.snapshot import MEDIA_TYPE, encode_jpeg
from agent.evidence.spool import Spool
from agent.frame import Frame
from contract.violation import EvidenceRef

PREVIEW_WIDTH: Final = 480
PREVIEW_QUALITY: Final = 70
"""15 to 25 kB a picture, a few of them a second, and only on loopback."""


class Photos:
    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def keep(self, frame: Frame) -> EvidenceRef:
        """On disk before its reference exists. Raises `StorageError`."""
        data = encode_jpeg(frame)
        self._spool.put(data, MEDIA_TYPE, role="photo", severity="high")
        return reference_to(data, "photo", MEDIA_TYPE, frame.wall_time)


def small_jpeg(frame: Frame) -> bytes:
    """At most `PREVIEW_WIDTH` wide. Raises `StorageError` for a picture that OpenCV cannot encode."""
    height, width = frame.image.shape[:2]
    size = (PREVIEW_WIDTH, max(1, round(height * PREVIEW_WIDTH / width)))
    try:
        small = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA) if width > PREVIEW_WIDTH else frame.image
        done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])
    except cv2.error as error:
        raise StorageError(f"The picture cannot be encoded as JPEG ({error}).") from error
    return data.tobytes() if done else b""
