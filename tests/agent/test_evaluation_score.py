"""Scoring against labels: each definition on a small time line, all of them against the scorer beside the footage."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.evaluation.labels import CLASSES, LabelledVideo, read_labels
from agent.evaluation.score import Counts, overall, score_video

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media"

Part = tuple[float, float, list[str]]


def video(*parts: Part, **changes: Any) -> LabelledVideo:
    intervals = [{"t0": t0, "t1": t1, "labels": labels, **changes} for t0, t1, labels in parts]
    return LabelledVideo.model_validate(
        {"id": "v", "file": "v.mp4", "duration": parts[-1][1], "intervals": intervals, "grace_s": 0.5}
    )


def line(
    kind: str, start_s: float, end_s: float | None, opened_s: float | None = None, label: str | None = None
) -> dict[str, Any]:
    opened_s = start_s if opened_s is None else opened_s
    return {"kind": kind, "label": label, "started_at": start_s, "opened_at": opened_s, "ended_at": end_s}


EMPTY_CHAIR = video((0, 10, ["face_ok"]), (10, 20, ["no_face"]), (20, 30, ["face_ok"]))


def no_face(*lines: dict[str, Any], of: LabelledVideo = EMPTY_CHAIR) -> Counts:
    return score_video(of, lines)["no_face"]


def test_a_finding_in_the_event_hits_and_its_delay_is_measured() -> None:
    counts = no_face(line("no_face", 10.2, 20.1, opened_s=11.2))
    assert (counts.events, counts.hits, counts.scored, counts.false_alarms) == (1, 1, 1, 0)
    assert counts.delays_s == pytest.approx((1.2,))
    assert (counts.recall, counts.precision, counts.f1) == (1, 1, 1)
    assert counts.iou == 1  # the edges' grace is left out


def test_nothing_found_is_a_miss() -> None:
    counts = no_face()
    assert (counts.recall, counts.precision, counts.f1, counts.missed) == (0, None, 0, (("v", (10, 20)),))


def test_a_finding_elsewhere_is_a_false_alarm() -> None:
    counts = no_face(line("no_face", 3, 5))
    assert (counts.hits, counts.false_alarms, counts.false) == (0, 1, (("v", (3, 5)),))


def test_a_finding_that_stays_long_after_is_a_false_alarm_and_hits_all_the_same() -> None:
    counts = no_face(line("no_face", 10, 24))
    assert (counts.hits, counts.false_alarms, counts.scored) == (1, 1, 1)
    assert no_face(line("no_face", 10, 22)).false_alarms == 0


def test_a_finding_at_an_edge_only_is_neither() -> None:
    counts = no_face(line("no_face", 20.1, 20.3))
    assert (counts.hits, counts.false_alarms, counts.scored) == (0, 0, 1)
    assert score_video(EMPTY_CHAIR, [line("multiple_faces", 9.8, 10.2)])["multiple_faces"].dropped == 1


def test_two_findings_on_one_event_are_one_hit_and_a_duplicate() -> None:
    counts = no_face(line("no_face", 10, 13, opened_s=11), line("no_face", 15, 19, opened_s=16))
    assert (counts.hits, counts.duplicates, counts.delays_s) == (1, 1, (1,))


def test_an_open_end_is_the_end_of_the_video() -> None:
    counts = no_face(line("no_face", 10, None))
    assert counts.false == (("v", (10, 30)),)


def test_events_shorter_than_a_second_are_not_asked_for() -> None:
    short = video((0, 10, ["face_ok"]), (10, 10.8, ["no_face"]), (10.8, 20, ["face_ok"]))
    assert no_face(of=short).events == 0
    assert no_face(line("no_face", 10, 10.8), of=short).false_alarms == 0


@pytest.mark.parametrize("labels", [["ignore"], ["transition"], ["phone"], ["covered"], ["frozen"]])
def test_nobody_is_blamed_for_a_face_where_none_can_be_judged(labels: list[str]) -> None:
    unclear = video((0, 10, ["face_ok"]), (10, 20, labels), (20, 30, ["face_ok"]))
    assert no_face(line("no_face", 11, 19), of=unclear).false_alarms == 0


def test_low_confidence_is_not_scored() -> None:
    unsure = video((0, 20, ["no_face"]), confidence="low")
    assert no_face(of=unsure).events == 0
    assert no_face(line("no_face", 1, 19), of=unsure).scored == 0


def test_losing_a_turned_head_is_a_false_alarm() -> None:
    turned = video((0, 10, ["face_ok"]), (10, 20, ["looking_away", "away_left"]), (20, 30, ["face_ok"]))
    assert no_face(line("no_face", 12, 15), of=turned).false_alarms == 1
    right, wrong = (
        score_video(turned, [line("looking_away", 10, 20, label=way)])["looking_away"] for way in ("left", "up")
    )
    assert (right.direction_right, right.direction_total) == (1, 1)
    assert (wrong.hits, wrong.direction_right, wrong.direction_total) == (1, 0, 1)


def test_what_is_said_to_be_in_the_background_is_neither() -> None:
    shelf = video((0, 20, ["face_ok"]), dont_care=["book"])
    found = score_video(shelf, [line("prohibited_object", 1, 19, label="book")])["object:book"]
    assert (found.false_alarms, found.scored) == (0, 0)


def test_the_whole_is_the_mean_over_what_occurs_and_the_sum_over_all() -> None:
    lines = [line("no_face", 10, 20), line("multiple_faces", 3, 5)]
    whole = overall(score_video(EMPTY_CHAIR, lines), 30 / 3600)
    assert (whole["macro_f1"], whole["events"], whole["hits"], whole["false_alarms"]) == (1, 1, 1, 1)
    assert whole["false_alarms_per_hour"] == pytest.approx(120)


if MEDIA.is_dir():  # the labelled footage and its scorer lie beside some checkouts

    @pytest.mark.media
    @pytest.mark.parametrize("seed", range(5))
    def test_the_figures_are_those_of_the_scorer_beside_the_footage(tmp_path: Path, seed: int) -> None:
        """Made-up findings, near the labels and far from them: every figure must be the same."""
        footage, chance = read_labels([MEDIA / "labels.json"]), random.Random(seed)
        assert not footage.errors
        scored = {}
        for labelled, _ in footage.videos:
            lines = [made_up(labelled, chance) for _ in range(chance.randrange(40))]
            (tmp_path / f"{labelled.id}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
            scored[labelled.id] = score_video(labelled, lines)
        command = [sys.executable, str(MEDIA.parent / "tools" / "score.py"), str(MEDIA / "labels.json"), str(tmp_path)]
        done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=True)
        theirs = json.loads(done.stdout)
        ours = {name: sum((counts[name] for counts in scored.values()), Counts()) for name in CLASSES}
        for name in CLASSES:
            assert same(ours[name].as_dict(), theirs["classes"][name]), name
        hours = sum(labelled.duration for labelled, _ in footage.videos) / 3600
        assert same(overall(ours, hours), theirs["overall"])

    def made_up(labelled: LabelledVideo, chance: random.Random) -> dict[str, Any]:
        kind = chance.choice(CLASSES)
        near = chance.choice(labelled.intervals)
        start_s = round(max(0.0, near.t0 + chance.uniform(-2, 2)), 3)
        end_s = None if chance.random() < 0.05 else round(start_s + chance.uniform(0, 8), 3)
        label = chance.choice(["left", "right", "up", "down", None]) if kind == "looking_away" else None
        if kind.startswith("object:"):
            kind, label = "prohibited_object", kind.removeprefix("object:")
        return line(kind, start_s, end_s, round(start_s + chance.uniform(0, 2), 3), label)

    def same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
        assert ours.keys() >= theirs.keys()
        return all(
            ours[key] == (pytest.approx(value) if isinstance(value, float) else value) for key, value in theirs.items()
        )
