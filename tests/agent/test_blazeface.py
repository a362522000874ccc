"""The short-range detector in LiteRT: anchors, and what a cluster of candidates becomes."""

import numpy as np
import pytest

from agent.vision.blazeface import Candidates, anchors


def candidates(*rows: tuple[float, float, float]) -> Candidates:
    """One 100 px box for each left edge, top edge and score, its keypoints at the upper left corner."""
    boxes = np.array([(x, y, x + 100, y + 100) for x, y, _ in rows], np.float32).reshape(-1, 4)
    points = np.tile(boxes[:, :2], 6)
    return Candidates(np.hstack([boxes, points]).tolist(), [score for *_, score in rows])


def test_anchors_are_those_of_strides_8_16_16_16() -> None:
    centres = anchors()
    assert centres.shape == (896, 2)
    assert (centres[:2] == 0.5 / 16).all()
    assert centres[2].tolist() == [1.5 / 16, 0.5 / 16]  # row by row
    assert (centres[512:518] == 0.5 / 8).all()
    assert (centres[-6:] == 7.5 / 8).all()


def test_a_cluster_is_its_mean_weighted_by_score_with_the_best_score() -> None:
    (face,) = candidates((0, 0, 0.6), (8, 0, 0.9), (4, 4, 0.3)).faces(0.25, 0.3)
    assert face.score == pytest.approx(0.9)
    x1 = (0 * 0.6 + 8 * 0.9 + 4 * 0.3) / 1.8
    y1 = 4 * 0.3 / 1.8
    assert face.box_xyxy == pytest.approx((x1, y1, x1 + 100, y1 + 100), rel=1e-5)
    assert face.points_xy[0] == pytest.approx((x1, y1), rel=1e-5)


def test_what_is_below_the_score_has_no_weight() -> None:
    (face,) = candidates((8, 0, 0.9), (0, 0, 0.4)).faces(0.5, 0.3)
    assert face.box_xyxy[0] == pytest.approx(8)


def test_clusters_apart_are_faces_apart_best_first() -> None:
    found = candidates((0, 0, 0.6), (300, 0, 0.9), (60, 0, 0.5)).faces(0.25, 0.3)
    assert [face.box_xyxy[0] for face in found] == pytest.approx([300, 0, 60])


def test_nothing_is_nothing() -> None:
    assert candidates().faces(0.25, 0.3) == []
    assert candidates((0, 0, 0.2)).faces(0.25, 0.3) == []
