"""Both face engines say the same about the same picture, and the one that can run is the one that runs.

Tolerances: landmarks 1 % of the face's width in the mean, angles 2 degrees, blendshapes 0.1 (0.03 on the portrait),
detector scores 0.02.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision import headpose, mediapipe_faces
from agent.vision.face_engines import start_face_engine
from agent.vision.facemesh import BLENDSHAPES, FaceEngine, FaceKeypoints, FaceMesh
from agent.vision.litert_faces import LitertFaces
from agent.vision.mediapipe_faces import MediapipeFaces
from tests.support.portrait import dark, portrait, scene
from tests.support.weights import real_weights

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media"
FACE_XY = (256, 220)
"""Where the face is in the portrait."""


def paths() -> dict[str, Path]:
    manifest, folder = real_weights()
    return {entry.decoder: folder / entry.name for entry in manifest.weights if entry.detector == "faces"}


Engines = tuple[FaceEngine, FaceEngine]


@pytest.fixture(scope="module")
def pictures() -> Iterator[Engines]:
    """MediaPipe and LiteRT, for unrelated pictures."""
    both = MediapipeFaces(paths(), video=False), LitertFaces(paths(), video=False)
    yield both
    for engine in both:
        engine.close()


@pytest.fixture
def videos() -> Iterator[Engines]:
    both = MediapipeFaces(paths(), video=True), LitertFaces(paths(), video=True)
    yield both
    for engine in both:
        engine.close()


def placed(scale: float, turn_deg: float, at_xy: tuple[int, int], frame_wh: tuple[int, int] = (640, 480)) -> BgrImage:
    """The portrait before a grey wall; what does not fit is cut off."""
    move = cv2.getRotationMatrix2D(FACE_XY, turn_deg, scale)
    move[:, 2] += np.subtract(at_xy, FACE_XY)
    wall = (150, 160, 170)
    return np.asarray(cv2.warpAffine(portrait(), move, frame_wh, flags=cv2.INTER_AREA, borderValue=wall), np.uint8)


def same_meshes(first: list[FaceMesh], second: list[FaceMesh], blendshapes: float) -> None:
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        width = np.ptp(one.points_xyz[:, 0])
        assert np.linalg.norm(one.points_xyz - other.points_xyz, axis=1).mean() <= 0.01 * width
        pose, again = headpose.from_matrix(one.matrix), headpose.from_matrix(other.matrix)
        assert again.yaw_deg == pytest.approx(pose.yaw_deg, abs=2)
        assert again.pitch_deg == pytest.approx(pose.pitch_deg, abs=2)
        assert again.roll_deg == pytest.approx(pose.roll_deg, abs=2)
        assert np.linalg.norm(one.matrix[:3, 3] - other.matrix[:3, 3]) <= 0.02 * np.linalg.norm(one.matrix[:3, 3])
        assert list(one.blendshapes) == list(other.blendshapes) == list(BLENDSHAPES)
        assert list(other.blendshapes.values()) == pytest.approx(list(one.blendshapes.values()), abs=blendshapes)


def placed_box(face: FaceKeypoints) -> tuple[float, float, float, float]:
    """Corner and size. MediaPipe rounds to pixels, and moves a box that begins outside of the picture into it."""
    x1, y1, x2, y2 = face.box_xyxy
    return (max(0, x1), max(0, y1), x2 - x1, y2 - y1)


def same_keypoints(first: list[FaceKeypoints], second: list[FaceKeypoints]) -> None:
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        width = one.box_xyxy[2] - one.box_xyxy[0]
        assert other.score == pytest.approx(one.score, abs=0.02)
        assert np.abs(np.subtract(placed_box(one), placed_box(other))).max() <= 0.01 * width + 1
        assert np.abs(np.subtract(one.points_xy, other.points_xy)).max() <= 0.01 * width


def agree(engines: Engines, image: BgrImage, captured_s: float = 0.0, blendshapes: float = 0.03) -> tuple[int, int]:
    """How many faces both find, confirmed and by the short-range detector."""
    (meshes, keypoints), (meshes_again, keypoints_again) = (engine.look(image, captured_s) for engine in engines)
    same_meshes(meshes, meshes_again, blendshapes)
    same_keypoints(keypoints, keypoints_again)
    return len(meshes), len(keypoints)


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.0, 1.5])
def test_they_agree_at_every_size(pictures: Engines, scale: float) -> None:
    assert agree(pictures, placed(scale, 0, (320, 220))) == (1, 1)


@pytest.mark.parametrize("turn_deg", [-45, -25, -10, 10, 25, 45])
def test_they_agree_on_tilted_heads(pictures: Engines, turn_deg: float) -> None:
    assert agree(pictures, placed(0.8, turn_deg, (320, 220))) == (1, 1)


@pytest.mark.parametrize("at_xy", [(120, 120), (520, 330), (60, 200), (600, 240), (320, 40), (80, 100)])
def test_they_agree_at_every_place_even_half_outside(pictures: Engines, at_xy: tuple[int, int]) -> None:
    assert agree(pictures, placed(0.7, 20, at_xy)) == (1, 1)


@pytest.mark.parametrize("frame_wh", [(480, 640), (320, 240), (1280, 720), (1000, 500)])
def test_they_agree_in_every_format(pictures: Engines, frame_wh: tuple[int, int]) -> None:
    middle = (frame_wh[0] // 2, frame_wh[1] // 2)
    assert agree(pictures, placed(frame_wh[1] / 600, -15, middle, frame_wh))[0] == 1


def test_they_agree_on_the_portrait_its_mirror_and_in_grey(pictures: Engines) -> None:
    assert agree(pictures, portrait()) == (1, 1)
    assert agree(pictures, np.ascontiguousarray(portrait()[:, ::-1])) == (1, 1)
    grey = cv2.cvtColor(cv2.cvtColor(portrait(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert agree(pictures, np.asarray(grey, np.uint8)) == (1, 1)


def test_they_agree_on_a_face_too_small_to_confirm(pictures: Engines) -> None:
    assert agree(pictures, placed(0.3, 0, (320, 220))) == (0, 1)


def test_they_agree_on_two_and_on_none(pictures: Engines) -> None:
    assert agree(pictures, scene(2)) == (2, 2)
    assert agree(pictures, scene(0)) == (0, 0)
    assert agree(pictures, dark()) == (0, 0)


def test_they_agree_in_a_video_in_which_one_comes_moves_and_goes(videos: Engines) -> None:
    places = [(0.4, 0), (0.4, 0), (0.6, 10), (0.8, 20), (0.9, 30), (0.9, 10), (0.9, -10), (0.7, -25), (0.5, 0)]
    clip = [scene(0), *(placed(scale, turn, (160 + 35 * n, 220)) for n, (scale, turn) in enumerate(places))]
    clip += [scene(2, 1), scene(2, 2), scene(1, 3), scene(0, 4), scene(0, 5)]
    counts = [agree(videos, image, n / 10)[0] for n, image in enumerate(clip)]
    assert counts[0] == 0
    assert counts[4:8] == [1] * 4
    assert counts[-5:-3] == [2, 2]
    assert counts[-1] == 0


def test_a_face_that_gets_too_small_for_the_detector_is_tracked_by_its_landmarks(videos: Engines) -> None:
    alone = LitertFaces(paths(), video=False)
    tracked = []
    for n in range(20):
        image = placed(0.4 - 0.005 * n, 0, (320, 220))
        confirmed, _ = agree(videos, image, n / 10)
        if confirmed and not alone.look(image, 0.0)[0]:
            tracked.append(n)
    alone.close()
    assert tracked


@pytest.mark.parametrize("engine", ["litert", "mediapipe"])
def test_pictures_of_odd_sizes_are_no_error(pictures: Engines, engine: str) -> None:
    (chosen,) = [one for one in pictures if one.name == engine]
    for width, height in ((1, 1), (3, 700), (700, 3), (3840, 2160)):
        meshes, _ = chosen.look(np.full((height, width, 3), 120, np.uint8), 0.0)
        assert meshes == []


def test_a_picture_that_opencv_cannot_take_is_a_detector_error() -> None:
    engine = LitertFaces(paths(), video=False)
    with pytest.raises(DetectorError, match="OpenCV cannot cut faces out"):
        engine.look(np.zeros((2, 40_000, 3), np.uint8), 0.0)
    engine.close()


# --- which one runs ---


def test_an_engine_chosen_by_name_runs_and_says_so() -> None:
    for name in ("litert", "mediapipe"):
        engine, about = start_face_engine(name, paths(), False)
        engine.close()
        assert (engine.name, about) == (name, f"face engine {name}")


def test_a_processor_that_would_be_killed_gets_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mediapipe_faces, "why_no_mediapipe", lambda: "this processor is too old")
    monkeypatch.setitem(sys.modules, "mediapipe", None)  # touching it would be an error, as it would be the end there
    engine, _ = start_face_engine("auto", paths(), False)
    engine.close()
    assert engine.name == "litert"
    with pytest.raises(DetectorError, match="no mediapipe: this processor is too old"):
        start_face_engine("mediapipe", paths(), False)


def test_without_mediapipe_it_is_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    engine, _ = start_face_engine("auto", paths(), False)
    engine.close()
    assert engine.name == "litert"
    with pytest.raises(DetectorError, match=r"MediaPipe cannot be loaded .* needs libegl1 and libgles2"):
        start_face_engine("mediapipe", paths(), False)


def test_without_a_tflite_runtime_it_is_mediapipe(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ai_edge_litert.interpreter", "tflite_runtime.interpreter"):
        monkeypatch.setitem(sys.modules, module, None)
    engine, _ = start_face_engine("auto", paths(), False)
    engine.close()
    assert engine.name == "mediapipe"


def test_without_either_both_reasons_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("mediapipe", "ai_edge_litert.interpreter", "tflite_runtime.interpreter"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DetectorError, match="no litert: no TFLite runtime is installed") as failed:
        start_face_engine("auto", paths(), False)
    assert "no mediapipe: MediaPipe cannot be loaded" in str(failed.value)


def test_a_damaged_bundle_is_a_detector_error(tmp_path: Path) -> None:
    whole = paths()["face_landmarker"].read_bytes()
    broken = tmp_path / "face_landmarker.task"
    for content in (b"no archive", whole[:2000], b""):
        broken.write_bytes(content)
        with pytest.raises(DetectorError, match=r"face_landmarker\.task is no bundle"):
            LitertFaces({"face_landmarker": broken}, video=False)


def test_the_bundle_alone_serves_both_answers_in_litert() -> None:
    engine = LitertFaces({"face_landmarker": paths()["face_landmarker"]}, video=False)
    meshes, keypoints = engine.look(portrait(), 0.0)
    engine.close()
    assert (len(meshes), len(keypoints)) == (1, 1)


def test_mediapipe_runs_behind_the_fence(pictures: Engines) -> None:
    import socket

    mediapipe, _ = pictures
    assert isinstance(mediapipe, MediapipeFaces)
    with pytest.raises(PermissionError):
        mediapipe._thread.submit(socket.socket, socket.AF_INET).result()


if MEDIA.is_dir():

    @pytest.mark.media
    def test_they_agree_on_labelled_stills(pictures: Engines) -> None:
        labels = json.loads((MEDIA / "headpose_labels.json").read_text())
        names = [label["file"] for label in labels]
        at_odds = 0
        for name in names:
            image = cv2.imread(str(MEDIA / name))
            assert image is not None, name
            (meshes, keypoints), (meshes_again, keypoints_again) = (
                engine.look(np.asarray(image, np.uint8), 0.0) for engine in pictures
            )
            same_keypoints(keypoints, keypoints_again)
            if len(meshes) == len(meshes_again):
                same_meshes(meshes, meshes_again, blendshapes=0.1)
            else:
                at_odds += 1  # the presence score is at its threshold
        assert at_odds <= 0.02 * len(names)
