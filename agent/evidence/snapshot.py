"""Snapshots: one frame as a JPEG file in the spool, and the reference that an event carries."""

from typing import Final

import cv2

from agent.errors import StorageError
from agent.evidence.spool import Spool
from agent.frame import Frame
from contract.violation import EvidenceRef, Severity

JPEG_QUALITY: Final = 85
"""Faces and a phone's outline stay clear; a 640 × 480 frame takes 40 to 90 kB."""

MEDIA_TYPE: Final = "image/jpeg"


def encode_jpeg(frame: Frame) -> bytes:
    """Raises `StorageError` when OpenCV cannot: an empty picture."""
    try:
        encoded, data = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    except cv2.error as error:
        raise StorageError(f"The frame cannot be encoded as JPEG ({error}).") from error
    if not encoded:
        raise StorageError("The frame cannot be encoded as JPEG.")
    return data.tobytes()


def take_snapshot(frame: Frame, spool: Spool, severity: Severity = "medium") -> EvidenceRef:
    """Spool `frame`; the file is on disk before its reference exists. Raises `StorageError`."""
    data = encode_jpeg(frame)
    return EvidenceRef(
        sha256=spool.put(data, MEDIA_TYPE, severity=severity),
        role="snapshot",
        media_type=MEDIA_TYPE,
        size_bytes=len(data),
        taken_at=frame.wall_time,
    )
