"""Objects: decoders on tensors made by hand, the loader, and the real network."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.vision import ssd, yolox
from agent.vision.boxes import iou, overlap_of_smaller, suppress
from agent.vision.fusion import Look
from agent.vision.litert import Network
from agent.vision.objects import WANTED, ObjectDetector, load_object_detector, with_twins, without_rivals
from agent.vision.observation import Detection
from agent.vision.views import whole
from contract.manifest import load_manifest
from contract.profiles import PROFILES
from contract.wire import InvalidError
from tests.support.portrait import portrait, scene
from tests.support.weights import real_weights

SHAPE = (1, 3, 416, 416)
LABELS = ("person", "cell phone", "book")
FLOORS = np.array([np.inf, 0.1, 0.1], np.float32)
YOLOX = "yolox_nano_416_float16.tflite"


def heads(*rows: tuple[int, tuple[float, float, float, float], float, int, float]) -> NDArray[np.float32]:
    """Raw YOLOX output with (row, box in tensor pixels, objectness, class, class score) written into it."""
    raw = np.zeros((1, 3549, 5 + len(LABELS)), np.float32)
    for row, (x1, y1, x2, y2), objectness, index, score in rows:
        offset = row
        for stride, side in ((8, 52), (16, 26), (32, 13)):
            if offset < side * side:
                raw[0, row, 0] = (x1 + x2) / 2 / stride - offset % side
                raw[0, row, 1] = (y1 + y2) / 2 / stride - offset // side
                raw[0, row, 2:4] = np.log(((x2 - x1) / stride, (y2 - y1) / stride))
                break
            offset -= side * side
        raw[0, row, 4], raw[0, row, 5 + index] = objectness, score
    return raw


def decode(raw: NDArray[np.float32], scale: float = 0.65) -> list[Detection]:
    return yolox.to_detections([raw], LABELS, SHAPE, (scale, scale), FLOORS)


@pytest.mark.parametrize("row", [0, 60, 2704 + 30, 2704 + 676 + 5])
def test_yolox_rows_become_boxes_in_the_picture(row: int) -> None:
    (found,) = decode(heads((row, (65, 130, 130, 260), 0.8, 1, 0.5)))
    assert found.label == "cell phone"
    assert found.score == pytest.approx(0.4)
    assert found.box_xyxy == pytest.approx((100, 200, 200, 400), abs=0.1)


def test_yolox_suppresses_doubles_of_a_class_only() -> None:
    box, near = (65.0, 130.0, 130.0, 260.0), (67.0, 131.0, 131.0, 262.0)
    found = decode(heads((0, box, 1, 1, 0.9), (1, near, 1, 1, 0.6), (2, near, 1, 2, 0.5)))
    assert [(d.label, round(d.score, 2)) for d in found] == [("cell phone", 0.9), ("book", 0.5)]


def test_yolox_drops_what_lies_below_the_floor_and_what_nobody_wants() -> None:
    box = (65.0, 130.0, 130.0, 260.0)
    assert decode(heads((0, box, 1, 1, 0.09), (1, box, 1, 0, 0.99))) == []


def test_yolox_survives_sizes_that_overflow() -> None:
    raw = heads((0, (65, 130, 130, 260), 1, 1, 0.9))
    raw[0, 0, 2:4] = 500
    (found,) = decode(raw)
    assert np.isfinite(found.box_xyxy).all()


def test_yolox_refuses_another_networks_output() -> None:
    with pytest.raises(DetectorError, match="the decoder needs"):
        yolox.to_detections([np.zeros((1, 100, 85), np.float32)], LABELS, SHAPE, (1, 1), FLOORS)


def test_yolox_letterboxes_to_the_top_left() -> None:
    image = np.full((240, 320, 3), (10, 20, 30), np.uint8)
    tensor = np.zeros(SHAPE, np.float32)
    scale_xy = yolox.fill(tensor, image)
    assert scale_xy == (1.3, 1.3)
    assert tensor[0, :, 5, 5].tolist() == [10, 20, 30], "BGR, 0..255"
    assert tensor[0, :, 415, 5].tolist() == [yolox.PAD] * 3


def test_ssd_outputs_become_boxes_in_the_picture_whatever_their_order() -> None:
    boxes = np.array([[[0.25, 0.5, 0.75, 1.0], [0, 0, 1, 1]]], np.float32)
    classes, scores = np.array([[1.0, 2.0]], np.float32), np.array([[0.7, 0.05]], np.float32)
    count = np.array([2.0], np.float32)
    for outputs in ([boxes, classes, scores, count], [scores, boxes, count, classes]):
        (found,) = ssd.to_detections(outputs, LABELS, (1, 300, 300, 3), (1 / 640, 1 / 480), FLOORS)
        assert found.label == "cell phone"
        assert found.score == pytest.approx(0.7)
        assert found.box_xyxy == pytest.approx((320, 120, 640, 360))


def test_ssd_refuses_another_networks_output() -> None:
    with pytest.raises(DetectorError, match="not SSD post-processing"):
        ssd.to_detections([np.zeros((1, 3549, 85), np.float32)], LABELS, (1, 300, 300, 3), (1, 1), FLOORS)


def test_ssd_stretches_to_rgb() -> None:
    tensor = np.zeros((1, 300, 300, 3), np.uint8)
    ssd.fill(tensor, np.full((48, 64, 3), (10, 20, 30), np.uint8))
    assert tensor[0, 0, 0].tolist() == [30, 20, 10]


BOX = st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(5, 200), st.floats(5, 200))


@given(st.lists(st.tuples(BOX, st.integers(10, 100), st.integers(0, 2)), max_size=30))
def test_what_suppression_keeps_does_not_overlap_and_covers_the_rest(
    rows: list[tuple[tuple[float, float, float, float], int, int]],
) -> None:
    boxes = [(x, y, x + w, y + h) for (x, y, w, h), _, _ in rows]
    scores = [percent / 100 for _, percent, _ in rows]
    classes = [index for _, _, index in rows]
    kept = suppress(boxes, scores, classes, 0.45)
    assert [scores[k] for k in kept] == sorted((scores[k] for k in kept), reverse=True)
    for a in kept:
        assert all(a == b or classes[a] != classes[b] or iou(boxes[a], boxes[b]) <= 0.4501 for b in kept)
    for lost in set(range(len(rows))) - set(kept):
        betters = [k for k in kept if classes[k] == classes[lost] and scores[k] >= scores[lost]]
        assert any(iou(boxes[k], boxes[lost]) > 0.4499 for k in betters)


def test_overlaps() -> None:
    assert iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert iou((0, 0, 1, 1), (2, 2, 3, 3)) == 0
    assert overlap_of_smaller((0, 0, 10, 10), (2, 2, 4, 4)) == 1
    assert overlap_of_smaller((0, 0, 0, 0), (2, 2, 4, 4)) == 0


def test_a_phone_gets_back_what_its_twin_took() -> None:
    spot, elsewhere = (0.0, 0.0, 50.0, 90.0), (200.0, 0.0, 250.0, 90.0)
    phone, faint = Detection("cell phone", 0.2, spot), Detection("cell phone", 0.04, elsewhere)
    remote, other = Detection("remote", 0.3, (2, 2, 52, 92)), Detection("remote", 0.9, elsewhere)
    found = with_twins([other, remote, phone, faint, Detection("book", 0.4, spot)])
    assert [(d.label, round(d.score, 2)) for d in found] == [
        ("remote", 0.9),
        ("cell phone", 0.5),
        ("book", 0.4),
        ("remote", 0.3),
        ("cell phone", 0.04),
    ]


def test_of_a_phone_and_a_book_on_one_spot_the_likelier_stays() -> None:
    spot, elsewhere = (0.0, 0.0, 50.0, 90.0), (200.0, 0.0, 250.0, 90.0)
    phone, book, laptop = (
        Detection(label, score, spot) for label, score in (("cell phone", 0.9), ("book", 0.5), ("laptop", 0.4))
    )
    other = Detection("book", 0.3, elsewhere)
    assert without_rivals([phone, book, laptop, other]) == [phone, laptop, other]
    assert without_rivals([replace(book, score=0.95), phone]) == [replace(book, score=0.95)]


def test_every_label_a_profile_may_name_is_known_to_every_network_of_the_manifest() -> None:
    networks = [entry for entry in load_manifest().weights if entry.detector == "objects"]
    assert len(networks) >= 2
    for entry in networks:
        assert set(entry.labels) >= WANTED, entry.name
    for profile in PROFILES.values():
        assert set(profile.rules.prohibited_object.min_score) <= WANTED


def test_looks_that_agree_count_on_the_scale_of_one() -> None:
    """The same certainty from more looks is worth more, and an only look keeps its score."""
    detector, view = load_object_detector(*real_weights()), whole(640, 480)
    monitor = Look(
        view, (Detection("tv", 0.2, (0.0, 0.0, 90.0, 90.0)), Detection("chair", 0.9, (0.0, 0.0, 90.0, 90.0)))
    )
    scores = []
    for count in (1, 2, 4, 12):
        (found,) = detector.agree([monitor] * count)
        assert found.label == "tv"
        scores.append(found.score)
    assert scores[0] == pytest.approx(0.2)
    assert scores == sorted(set(scores))
    assert detector.agree([]) == ()
    detector.close()


# --- the real network ---


def test_the_real_network_finds_the_person_in_a_portrait() -> None:
    manifest, folder = real_weights()
    entry, network = manifest.find(YOLOX), Network(folder / YOLOX)
    floors = np.full(len(entry.labels), 0.5, np.float32)
    scale_xy = yolox.fill(network.input, portrait())
    found = yolox.to_detections(network.run(), entry.labels, network.input_shape, scale_xy, floors)
    network.close()
    best = found[0]
    assert best.label == "person"
    assert iou(best.box_xyxy, (0, 0, 512, 600)) > 0.6


def test_the_real_detector_finds_nothing_prohibited_in_a_booth() -> None:
    detector = load_object_detector(*real_weights())
    alone = detector.agree([detector.look(scene(), whole(640, 480))])
    assert [item for item in alone if item.score >= 0.3] == []
    assert set(detector.weights) == {YOLOX}
    detector.close()


def test_many_looks_find_nothing_prohibited_in_a_booth_either_and_are_the_same_twice() -> None:
    detector = load_object_detector(*real_weights())
    found = detector.detect_still(scene())
    assert [item for item in found if item.score >= 0.3] == []
    assert detector.detect_still(scene()) == found
    detector.close()


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (2160, 3840), (640, 360)])
def test_many_looks_take_any_size_and_stay_in_the_picture(size: tuple[int, int]) -> None:
    detector = load_object_detector(*real_weights())
    image = cv2.resize(np.asarray(portrait()), (size[1], size[0]))
    for item in detector.detect_still(np.asarray(image, np.uint8)):
        x1, y1, x2, y2 = item.box_xyxy
        assert 0 <= x1 < x2 <= size[1] + 0.01
        assert 0 <= y1 < y2 <= size[0] + 0.01
    detector.close()


def test_the_first_usable_network_is_taken(tmp_path: Path) -> None:
    """One default network is altered, so the loader goes on to the next that lies there."""
    manifest, folder = real_weights()
    good = manifest.find(YOLOX)
    altered = good.model_copy(update={"name": "altered.tflite"})
    shutil.copy(folder / YOLOX, tmp_path)
    (tmp_path / "altered.tflite").write_bytes(b"no network")
    both = manifest.model_copy(update={"weights": (altered, good)})
    detector = load_object_detector(both, tmp_path)
    assert set(detector.weights) == {YOLOX}
    detector.close()


def test_without_any_network_the_first_reason_is_given(tmp_path: Path) -> None:
    manifest, _ = real_weights()
    with pytest.raises(InvalidError, match=rf"{YOLOX} is not there; run: invigil models fetch"):
        load_object_detector(manifest, tmp_path)
    with pytest.raises(InvalidError, match="names no weights for objects"):
        load_object_detector(manifest.model_copy(update={"weights": ()}), tmp_path)


def test_a_file_that_is_no_network_is_a_detector_error(tmp_path: Path) -> None:
    (tmp_path / "x.tflite").write_bytes(b"no network")
    with pytest.raises(DetectorError, match=r"x\.tflite cannot be loaded"):
        Network(tmp_path / "x.tflite")


def test_a_network_does_not_run_while_somebody_holds_its_tensors() -> None:
    """What is not copied must not change under the hand of who reads it."""
    network = Network(real_weights()[1] / YOLOX)
    yolox.fill(network.input, scene())
    held = network.run()
    with pytest.raises(DetectorError, match="reference to internal data"):
        network.run()
    first = held[0].copy()
    del held
    assert (network.run()[0] == first).all(), "the input stays as it was written"
    network.close()


def test_a_decoder_nobody_wrote_is_named() -> None:
    manifest, folder = real_weights()
    entry = manifest.find(YOLOX).model_copy(update={"decoder": "face_detector"})
    with pytest.raises(DetectorError, match="no decoder called 'face_detector'"):
        ObjectDetector(entry, folder)
