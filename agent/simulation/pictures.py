"""Pictures nobody took: real JPEG files, each with a content of its own."""

import secrets
from functools import cache
from typing import Final

import cv2
import numpy as np

COMMENT: Final = b"\xff\xfe"
"""JPEG's marker of a comment segment (ITU-T T.81, B.2.4.5)."""
START: Final = b"\xff\xd8"


def picture(size_bytes: int) -> bytes:
    """A grey 640 × 480 JPEG, padded by comments to `size_bytes` where it is smaller; no two are the same."""
    base = _base()
    comments = bytearray(_comment(secrets.token_bytes(16)))
    while (missing := size_bytes - len(base) - len(comments)) > 4:
        comments += _comment(bytes(min(missing - 4, 0xFFFF - 2)))
    return START + bytes(comments) + base[len(START) :]


@cache
def _base() -> bytes:
    encoded, data = cv2.imencode(".jpg", np.full((480, 640, 3), 110, np.uint8))
    if not encoded:
        raise RuntimeError("OpenCV cannot encode a grey picture")
    return bytes(data.tobytes())


def _comment(text: bytes) -> bytes:
    return COMMENT + (len(text) + 2).to_bytes(2, "big") + text
