"""The face engine that needs nothing but LiteRT: the networks of `face_landmarker.task`, wired as MediaPipe does.

Runs on every processor that LiteRT runs on, among them those whose instruction set MediaPipe's arm64 wheel exceeds.
The bundle holds the short-range detector too, byte for byte, so one run of it serves both answers.
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision.blazeface import BlazeFace, Candidates
from agent.vision.boxes import iou
from agent.vision.facegeometry import matrix_of, read_canonical_face
from agent.vision.facemesh import MAX_FACES, MIN_DETECTION, MIN_KEYPOINTS, FaceKeypoints, FaceMesh, box_of
from agent.vision.landmarks import GROW, Landmarks, next_region
from agent.vision.litert import Network
from agent.vision.region import Region, around

MAX_IOU_FOR_LANDMARKS: Final = 0.5
"""Above it two findings of the detector are one face: the landmarker's default (`min_suppression_threshold`) …"""
MAX_IOU_ALONE: Final = 0.3
"""… and the face detector's."""
SAME_REGION: Final = 0.5
"""Overlap from which the detector's region replaces one tracked from the last frame (`min_tracking_confidence`)."""


class LitertFaces:
    """See `FaceEngine`. With `video`, faces are also looked for where they were in the frame before."""

    name = "litert"

    def __init__(self, paths: Mapping[str, Path], video: bool) -> None:
        """`paths`: decoder to file, of one or both of `face_landmarker` and `face_detector`. Raises `DetectorError`."""
        self._video = video
        self._tracked: list[Region] = []
        self._landmarks: Landmarks | None = None
        if bundle := paths.get("face_landmarker"):
            parts = _parts(bundle)
            self._detector = BlazeFace(Network(parts["face_detector.tflite"]))
            self._landmarks = Landmarks(
                Network(parts["face_landmarks_detector.tflite"]), Network(parts["face_blendshapes.tflite"])
            )
            self._canonical = read_canonical_face(parts["geometry_pipeline_metadata_landmarks.binarypb"])
        else:
            self._detector = BlazeFace(Network(paths["face_detector"]))

    def look(self, image: BgrImage, captured_s: float) -> tuple[list[FaceMesh], list[FaceKeypoints]]:
        try:
            candidates = self._detector.look(image, MIN_KEYPOINTS)
            keypoints = candidates.faces(MIN_KEYPOINTS, MAX_IOU_ALONE)
            return [] if self._landmarks is None else self._confirmed(image, candidates, self._landmarks), keypoints
        except cv2.error as error:
            raise DetectorError(f"OpenCV cannot cut faces out of this picture: {error.err}") from error

    def glance(self, image: BgrImage) -> list[FaceKeypoints]:
        try:
            return self._detector.look(image, MIN_KEYPOINTS).faces(MIN_KEYPOINTS, MAX_IOU_ALONE)
        except cv2.error as error:
            raise DetectorError(f"OpenCV cannot cut faces out of this picture: {error.err}") from error

    def _confirmed(self, image: BgrImage, candidates: Candidates, landmarks: Landmarks) -> list[FaceMesh]:
        found = []
        if len(self._tracked) < MAX_FACES:
            faces = candidates.faces(MIN_DETECTION, MAX_IOU_FOR_LANDMARKS)[:MAX_FACES]
            found = [around(face.box_xyxy, *face.points_xy[:2]).scaled(GROW) for face in faces]
        regions = _associate(self._tracked, found)[:MAX_FACES]
        meshes, self._tracked = [], []
        for region in regions:
            points = landmarks.look(image, region)
            if points is None:
                continue
            blendshapes = landmarks.blendshapes(points)  # at once: all that is small comes together after the networks
            box = box_of(points)
            if self._video:
                self._tracked.append(next_region(points, box))
            matrix = matrix_of(self._canonical, points, (image.shape[1], image.shape[0]))
            if matrix is not None:
                meshes.append(FaceMesh(points, matrix, blendshapes, box))
        return meshes

    def close(self) -> None:
        self._detector.close()
        if self._landmarks is not None:
            self._landmarks.close()


def _associate(tracked: Sequence[Region], found: Sequence[Region]) -> list[Region]:
    """Both without doubles; where two overlap the later one stays."""
    if not tracked and len(found) <= 1:
        return [*found]
    regions: list[Region] = []
    for new in (*tracked, *found):
        regions = [old for old in regions if iou(old.upright_box, new.upright_box) <= SAME_REGION]
        regions.append(new)
    return regions


def _parts(bundle: Path) -> dict[str, bytes]:
    """The files in a `.task` bundle, which is a zip archive."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile) as error:
        raise DetectorError(f"{bundle.name} is no bundle of networks: {error}") from error
