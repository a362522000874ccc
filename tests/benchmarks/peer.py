"""The other way to do it: both networks on every frame, as the browser app that Invigil replaces does.

MediaPipe's FaceLandmarker in VIDEO mode and SSD MobileNet at its usual threshold, the landmarker's own pose, no look at
the camera itself. The rules and hold times are Invigil's, so that only the eyes differ. SSD is not fetched by default;
without it YOLOX-Nano takes its place, and `peer_name` says which of the two it is.
"""

from pathlib import Path
from typing import Any

import cv2
import mediapipe
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from mediapipe.tasks.python import vision
from mediapipe.tasks.python.core.base_options import BaseOptions

from agent.frame import BgrImage, Frame
from agent.vision import headpose, ssd, yolox
from agent.vision.analyzer import NO_CLAIM
from agent.vision.native import quiet_stderr
from agent.vision.observation import Box, Detection, Face, Observation
from contract.manifest import load_manifest

FACE = "face_landmarker.task"
SSD = "coco_ssd_mobilenet_v1_1.0_quant_2018_06_29.tflite"
YOLOX = "yolox_nano_416_float16.tflite"
MIN_SCORE = 0.5


class Peer:
    """Frames in, observations out, like `Analyzer`. Only for a process without network (see __main__)."""

    def __init__(self, weights_dir: Path) -> None:
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(weights_dir / FACE)),
            running_mode=vision.RunningMode.VIDEO,
            num_faces=3,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        has_ssd = _has_ssd(weights_dir)
        self._entry = load_manifest().find(SSD if has_ssd else YOLOX)
        self._decoder = ssd if has_ssd else yolox
        with quiet_stderr():
            self._landmarker = vision.FaceLandmarker.create_from_options(options)
            self._objects_network = Interpreter(model_path=str(weights_dir / self._entry.name), num_threads=1)
            self._objects_network.allocate_tensors()
        self._floors = np.full(len(self._entry.labels), MIN_SCORE, dtype=np.float32)

    def analyze(self, frame: Frame) -> Observation:
        return Observation(
            captured_s=frame.captured_s,
            wall_time=frame.wall_time,
            frame_wh=frame.frame_wh,
            faces=self._faces(frame),
            objects=self._objects(frame.image),
            camera=NO_CLAIM,
        )

    def _faces(self, frame: Frame) -> tuple[Face, ...]:
        rgb = cv2.cvtColor(frame.image, cv2.COLOR_BGR2RGB)
        picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
        result = self._landmarker.detect_for_video(picture, round(frame.captured_s * 1000) + 1)
        pairs = zip(result.face_landmarks, result.facial_transformation_matrixes, strict=True)
        return tuple(
            Face(_box(points, *frame.frame_wh), 1.0, headpose.from_matrix(np.asarray(matrix)))
            for points, matrix in pairs
        )

    def _objects(self, image: BgrImage) -> tuple[Detection, ...]:
        network = self._objects_network
        fed = network.get_input_details()[0]
        tensor = np.empty(fed["shape"], fed["dtype"])
        scale_xy = self._decoder.fill(tensor, image)
        network.set_tensor(fed["index"], tensor)
        network.invoke()
        outputs = [network.get_tensor(one["index"]) for one in network.get_output_details()]
        return tuple(self._decoder.to_detections(outputs, self._entry.labels, fed["shape"], scale_xy, self._floors))

    def close(self) -> None:
        self._landmarker.close()


def peer_name(weights_dir: Path) -> str:
    """What the column is about."""
    return f"FaceLandmarker and {'SSD MobileNet' if _has_ssd(weights_dir) else 'YOLOX-Nano'} on every frame"


def _has_ssd(weights_dir: Path) -> bool:
    return (weights_dir / SSD).is_file()


def _box(points: Any, width: int, height: int) -> Box:
    x, y = [point.x * width for point in points], [point.y * height for point in points]
    return min(x), min(y), max(x), max(y)
