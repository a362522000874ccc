"""The face engine through MediaPipe Tasks: the only file that imports MediaPipe."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision.facemesh import MAX_FACES, MIN_KEYPOINTS, FaceKeypoints, FaceMesh, box_of
from agent.vision.native import forbid_network, quiet_stderr
from agent.vision.processor import why_no_mediapipe


class MediapipeFaces:
    """See `FaceEngine`. All MediaPipe code runs on a thread of its own that may not open internet sockets."""

    name = "mediapipe"

    def __init__(self, paths: Mapping[str, Path], video: bool) -> None:
        """`paths`: decoder to file, of one or both of `face_landmarker` and `face_detector`.

        Raises `DetectorError` where MediaPipe cannot run or could report home; it is then not even loaded.
        """
        if reason := why_no_mediapipe():
            raise DetectorError(reason)
        self._thread = ThreadPoolExecutor(1, "faces")  # one thread from first to last, so the fence holds for all
        try:
            if not self._thread.submit(forbid_network).result():
                raise DetectorError("MediaPipe reports to a cloud service, and this system cannot keep it from that")
            with quiet_stderr():
                self._tasks = self._thread.submit(_Tasks, paths, video).result()
        except DetectorError:
            self._thread.shutdown()
            raise

    def look(self, image: BgrImage, captured_s: float) -> tuple[list[FaceMesh], list[FaceKeypoints]]:
        return self._thread.submit(self._tasks.look, image, captured_s).result()

    def glance(self, image: BgrImage) -> list[FaceKeypoints]:
        return self._thread.submit(self._tasks.glance, image).result()

    def close(self) -> None:
        with quiet_stderr():
            self._thread.submit(self._tasks.close).result()
            self._thread.shutdown()


class _Tasks:
    """MediaPipe's two tasks. Lives and dies on the fenced thread."""

    def __init__(self, paths: Mapping[str, Path], video: bool) -> None:
        try:
            import mediapipe  # takes a second, which only those pay who look at faces through it
            from mediapipe.tasks.python import vision
            from mediapipe.tasks.python.core.base_options import BaseOptions
        except (ImportError, OSError) as error:
            raise DetectorError(f"MediaPipe cannot be loaded ({error}); it needs libegl1 and libgles2") from error
        self._mediapipe = mediapipe
        self._last_ms = -1
        self._video = video
        self._landmarker: Any = None
        self._detector: Any = None
        try:
            if "face_landmarker" in paths:
                self._landmarker = vision.FaceLandmarker.create_from_options(
                    vision.FaceLandmarkerOptions(
                        base_options=BaseOptions(model_asset_path=str(paths["face_landmarker"])),
                        running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
                        num_faces=MAX_FACES,
                        output_face_blendshapes=True,
                        output_facial_transformation_matrixes=True,
                    )
                )
            if "face_detector" in paths:
                self._detector = vision.FaceDetector.create_from_options(
                    vision.FaceDetectorOptions(
                        base_options=BaseOptions(model_asset_path=str(paths["face_detector"])),
                        min_detection_confidence=MIN_KEYPOINTS,
                    )
                )
            self.look(np.zeros((64, 64, 3), dtype=np.uint8), 0.0)  # what is slow or talkative happens here
        except Exception as error:  # a library's start may fail in ways it does not document
            raise DetectorError(f"MediaPipe cannot start: {error}") from error

    def look(self, image: BgrImage, captured_s: float) -> tuple[list[FaceMesh], list[FaceKeypoints]]:
        picture, (height, width) = self._picture(image), image.shape[:2]
        try:
            return self._meshes(picture, width, height, captured_s), self._keypoints(picture, width, height)
        except (RuntimeError, ValueError) as error:
            raise DetectorError(f"MediaPipe failed: {error}") from error

    def glance(self, image: BgrImage) -> list[FaceKeypoints]:
        try:
            return self._keypoints(self._picture(image), image.shape[1], image.shape[0])
        except (RuntimeError, ValueError) as error:
            raise DetectorError(f"MediaPipe failed: {error}") from error

    def _picture(self, image: BgrImage) -> Any:
        rgb = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        return self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=rgb)

    def _meshes(self, picture: Any, width: int, height: int, captured_s: float) -> list[FaceMesh]:
        if self._landmarker is None:
            return []
        if self._video:
            self._last_ms = max(self._last_ms + 1, round(captured_s * 1000) + 1)  # it insists on rising time stamps
            result = self._landmarker.detect_for_video(picture, self._last_ms)
        else:
            result = self._landmarker.detect(picture)
        meshes = []
        for landmarks, matrix, shapes in zip(
            result.face_landmarks, result.facial_transformation_matrixes, result.face_blendshapes, strict=True
        ):
            points = np.array([(point.x * width, point.y * height, point.z * width) for point in landmarks])
            blendshapes = {shape.category_name: shape.score for shape in shapes}
            meshes.append(FaceMesh(points, np.asarray(matrix, dtype=np.float64), blendshapes, box_of(points)))
        return meshes

    def _keypoints(self, picture: Any, width: int, height: int) -> list[FaceKeypoints]:
        if self._detector is None:
            return []
        faces = []
        for detection in self._detector.detect(picture).detections:
            box = detection.bounding_box
            corners = (box.origin_x, box.origin_y, box.origin_x + box.width, box.origin_y + box.height)
            points = tuple((point.x * width, point.y * height) for point in detection.keypoints)
            faces.append(FaceKeypoints(corners, float(detection.categories[0].score), points))
        return faces

    def close(self) -> None:
        for task in (self._landmarker, self._detector):
            if task is not None:
                task.close()
