"""Face embeddings: OpenCV's code with a network of the tests', and weights that are missing, altered or no network."""

from pathlib import Path

import numpy as np
import pytest

from agent.errors import DetectorError
from agent.vision.face_embedding import SFace, load_face_embedding
from agent.vision.faces import FaceDetector
from agent.vision.observation import FivePoints
from contract.chain import sha256_hex
from contract.device import FaceEngineChoice
from contract.manifest import Manifest, load_manifest
from contract.wire import InvalidError
from tests.support.portrait import scene
from tests.support.toy_faces import NAME, opposite, toy_network, toy_weights
from tests.support.weights import real_weights

SFACE = "face_recognition_sface_2021dec.onnx"


@pytest.fixture
def toy(tmp_path: Path) -> SFace:
    embedding = load_face_embedding(*toy_weights(tmp_path))
    assert isinstance(embedding, SFace)
    return embedding


def points(engine: FaceEngineChoice = "auto") -> FivePoints:
    detector = FaceDetector(*real_weights(), video=False, engine=engine)
    (face,) = detector.detect(scene(), 0.0)
    detector.close()
    assert face.points_xy is not None
    return face.points_xy


@pytest.mark.parametrize("engine", ["litert", "mediapipe"])
def test_a_confirmed_face_has_its_five_points_the_left_of_the_picture_first(engine: FaceEngineChoice) -> None:
    eye, other_eye, nose, corner, other_corner = points(engine)
    assert eye[0] < nose[0] < other_eye[0]
    assert corner[0] < nose[0] < other_corner[0]
    assert max(eye[1], other_eye[1]) < nose[1] < min(corner[1], other_corner[1])


def test_a_face_is_cut_out_upright_with_the_eyes_where_the_network_expects_them(toy: SFace) -> None:
    eye, other_eye, *rest = points()
    white = scene()
    white[:] = 0
    for x, y in (eye, other_eye):
        white[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2] = 255
    crop = toy.crop(white, (eye, other_eye, *rest))
    assert crop.shape == (112, 112, 3)
    rows, columns = np.nonzero(crop[:, :, 0] > 60)
    # The reference of ArcFace and SFace: eyes at (38, 52) and (74, 52) of 112.
    assert rows.mean() == pytest.approx(52, abs=4)
    assert columns[columns < 56].mean() == pytest.approx(38, abs=4)
    assert columns[columns > 56].mean() == pytest.approx(74, abs=4)


def test_embeddings_have_unit_length_and_tell_what_the_network_sees(toy: SFace) -> None:
    where = points()
    first, again, other = (
        toy.embed(toy.crop(image, where)) for image in (scene(seed=1), scene(seed=2), opposite(scene(seed=3)))
    )
    assert first.shape == (128,)
    assert float(first @ first) == pytest.approx(1, abs=1e-5)
    assert float(first @ again) > 0.95
    assert float(first @ other) < -0.5


def test_a_picture_without_anything_gives_no_numbers_and_says_so(toy: SFace) -> None:
    with pytest.raises(DetectorError, match="gave no numbers"):
        toy.embed(np.zeros((112, 112, 3), np.uint8))


def test_the_weights_are_named_with_their_hash(toy: SFace, tmp_path: Path) -> None:
    assert toy.weights == {NAME: sha256_hex((tmp_path / NAME).read_bytes())}


def test_the_shipped_network_is_optional_and_pinned_to_one_commit() -> None:
    entry = load_manifest().find(SFACE)
    assert (entry.default, entry.detector, entry.decoder) == (False, "identity", "sface")
    assert entry.sha256 == "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"
    assert "/main/" not in entry.url


def test_missing_weights_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=f"is not there; run: invigil models fetch {SFACE}"):
        load_face_embedding(load_manifest(), tmp_path)


def test_another_network_under_the_right_name_is_not_loaded(tmp_path: Path) -> None:
    toy_network(tmp_path / SFACE)
    with pytest.raises(InvalidError, match=f"was altered: SHA-256 is .*run: invigil models fetch {SFACE}"):
        load_face_embedding(load_manifest(), tmp_path)


def test_a_file_with_the_right_hash_that_is_no_network_is_a_detectors_error(tmp_path: Path) -> None:
    manifest, _ = toy_weights(tmp_path)
    (tmp_path / NAME).write_bytes(b"hello")
    hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    entry = manifest.find(NAME).model_copy(update={"sha256": hello})
    with pytest.raises(DetectorError, match=r"toy_faces\.onnx cannot be loaded"):
        load_face_embedding(Manifest(weights=(entry,)), tmp_path)


def test_a_manifest_may_name_no_network_at_all(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="names no weights"):
        load_face_embedding(Manifest(weights=()), tmp_path)
