"""`invigil-agent inspect`: what the detectors find in single pictures, as JSON lines and as drawings."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from agent.draw import draw
from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.replay import profile_called
from agent.rules.table import direction_of
from agent.vision.faces import FaceDetector
from agent.vision.objects import load_object_detector
from agent.vision.observation import Box, Face
from agent.vision.views import whole
from contract.device import FaceEngineChoice
from contract.manifest import default_weights_dir, load_manifest
from contract.profiles import Rules
from contract.wire import InvalidError


def inspect_files(
    images: Sequence[Path],
    *,
    draw_dir: Path | None,
    as_json: bool,
    profile: str,
    weights_dir: Path | None,
    face_engine: FaceEngineChoice = "auto",
) -> int:
    """Print one line per picture. Returns the exit code: 1 when a picture was bad, the others are done all the same.

    Raises `InvalidError` when no detector can start, or the folder for drawings cannot be made.
    """
    rules = profile_called(profile).rules
    inspector = Inspector(weights_dir or default_weights_dir(), rules, face_engine)
    bad = 0
    try:
        for path in images:
            try:
                line = inspector.inspect(path, draw_dir)
            except (InvalidError, DetectorError) as error:
                bad += 1
                line = {"image": str(path), "error": str(error)}
                print(f"✗ {error}", file=sys.stderr)
            print(json.dumps(line) if as_json else as_text(line), flush=True)
    finally:
        inspector.close()
    return 1 if bad else 0


class Inspector:
    """The detectors in picture mode. One that cannot start is left out, and stderr says why."""

    def __init__(self, weights_dir: Path, rules: Rules, face_engine: FaceEngineChoice = "auto") -> None:
        manifest, self._rules = load_manifest(), rules
        self._faces: FaceDetector | None = None
        self._objects = None
        try:
            self._faces = FaceDetector(manifest, weights_dir, video=False, engine=face_engine)
        except (InvalidError, DetectorError) as error:
            print(f"faces are off: {error}", file=sys.stderr)
        try:
            self._objects = load_object_detector(manifest, weights_dir)
        except (InvalidError, DetectorError) as error:
            print(f"objects are off: {error}", file=sys.stderr)
        if self._faces is None and self._objects is None:
            raise InvalidError("no detector can start, so there is nothing to inspect with; run: invigil models fetch")

    def inspect(self, path: Path, draw_dir: Path | None) -> dict[str, Any]:
        """Findings in one picture; raises `InvalidError` for a file that is no picture."""
        image = read_image(path)
        faces = self._look_for_faces(image)
        limits = self._rules.prohibited_object.min_score
        found = self._objects.detect_still(image) if self._objects else ()
        objects = [item for item in found if item.score >= limits.get(item.label, float("inf"))]
        if draw_dir is not None:
            _save(draw_dir / path.name, draw(image, faces, objects, self._rules))
        return {
            "image": str(path),
            "faces": [face_as_dict(face, self._rules) for face in faces],
            "detections": [
                {"label": item.label, "score": round(item.score, 4), "box_xyxy": _rounded(item.box_xyxy)}
                for item in objects
            ],
        }

    def _look_for_faces(self, image: BgrImage) -> tuple[Face, ...]:
        """Also closer, on the shoulders of bodies, where no face is found at once."""
        if self._faces is None:
            return ()
        faces = self._faces.detect(image, 0.0)
        if faces or self._objects is None:
            return faces
        bodies = self._objects.look(image, whole(image.shape[1], image.shape[0])).bodies
        return self._faces.detect(image, 0.0, bodies) if bodies else ()

    def close(self) -> None:
        for detector in (self._faces, self._objects):
            if detector is not None:
                detector.close()


def read_image(path: Path) -> BgrImage:
    """The picture as BGR; raises `InvalidError` that says what is wrong with the file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidError(f"{path}: {error.strerror}") from error
    if not data:
        raise InvalidError(f"{path}: the file is empty")
    try:
        image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise InvalidError(f"{path}: not a picture that can be read ({error.err})") from error
    if image is None:
        raise InvalidError(f"{path}: not a picture that can be read")
    return np.asarray(image, dtype=np.uint8)


def face_as_dict(face: Face, rules: Rules) -> dict[str, Any]:
    """`away` is None where the pose is not known."""
    away, pose = direction_of(face, rules), face.pose
    return {
        "box_xyxy": _rounded(face.box_xyxy),
        "score": round(face.score, 4),
        "yaw_deg": None if pose is None else round(pose.yaw_deg, 1),
        "pitch_deg": None if pose is None else round(pose.pitch_deg, 1),
        "roll_deg": None if pose is None else round(pose.roll_deg, 1),
        "away": None if pose is None else away is not None,
        "direction": away[0] if away else None,
    }


def as_text(line: dict[str, Any]) -> str:
    """The same for a person."""
    if "error" in line:
        return str(line["error"])
    faces = ", ".join(f"face {face['direction'] or 'ahead'}" for face in line["faces"]) or "no face"
    objects = "".join(f", {item['label']} {item['score']:.2f}" for item in line["detections"])
    return f"{line['image']}: {faces}{objects}"


def _save(path: Path, image: BgrImage) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = cv2.imwrite(str(path), image)
    except (OSError, cv2.error) as error:
        raise InvalidError(f"{path}: cannot be written ({error})") from error
    if not written:
        raise InvalidError(f"{path}: cannot be written")


def _rounded(box: Box) -> list[float]:
    return [round(value, 1) for value in box]
