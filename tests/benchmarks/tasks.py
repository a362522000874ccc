"""MediaPipe's own tasks, called and nothing more: what looking for faces costs where their library does all of it."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import mediapipe
from mediapipe.tasks.python import vision
from mediapipe.tasks.python.core.base_options import BaseOptions

from agent.frame import Frame
from agent.vision.native import quiet_stderr

LANDMARKER = "face_landmarker.task"
DETECTOR = "blaze_face_short_range.tflite"


class FaceTasks:
    """Landmarker and short-range detector with the pictures made ready beforehand.

    Only for a process that may not reach the network (see __main__).
    """

    def __init__(self, weights_dir: Path, frames: Sequence[Frame | None]) -> None:
        """None for a frame in which nobody looks for faces."""
        self._pictures = [None if frame is None else (frame.captured_s, _picture(frame)) for frame in frames]
        landmarker_options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(weights_dir / LANDMARKER)),
            running_mode=vision.RunningMode.VIDEO,
            num_faces=3,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        detector_options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_path=str(weights_dir / DETECTOR))
        )
        with quiet_stderr():
            self._landmarker = vision.FaceLandmarker.create_from_options(landmarker_options)
            self._detector = vision.FaceDetector.create_from_options(detector_options)

    def look(self, frames: slice, shift_s: float) -> None:
        for looked in self._pictures[frames]:
            if looked is not None:
                captured_s, picture = looked
                self._landmarker.detect_for_video(picture, round((captured_s + shift_s) * 1000) + 1)
                self._detector.detect(picture)

    def close(self) -> None:
        self._landmarker.close()
        self._detector.close()


def _picture(frame: Frame) -> mediapipe.Image:
    rgb = cv2.cvtColor(frame.image, cv2.COLOR_BGR2RGB)
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
