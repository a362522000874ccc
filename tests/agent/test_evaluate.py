"""`invigil-agent evaluate`: real detectors on a labelled video, with labels that are right, wrong and broken."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from agent.evaluate import evaluate_files
from contract.wire import InvalidError
from tests.support.portrait import scene
from tests.support.video import write_video
from tests.support.weights import real_weights

Part = tuple[float, float, list[str]]

RIGHT: list[Part] = [(0, 3, ["face_ok"]), (3, 6, ["no_face"]), (6, 7, ["face_ok"])]
WRONG: list[Part] = [(0, 2, ["no_face"]), (2, 7, ["face_ok"])]
"""Of the same video: both label and finding then stand alone."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate; from 3 s an empty chair for three seconds."""
    real_weights()
    folder = tmp_path_factory.mktemp("footage")
    write_video(
        folder / "chair.mp4", (scene(faces, number) for number, faces in enumerate([1] * 30 + [0] * 30 + [1] * 10))
    )
    return folder


def label_file(folder: Path, name: str, parts: list[Part], **changes: Any) -> Path:
    intervals = [{"t0": t0, "t1": t1, "labels": labels} for t0, t1, labels in parts]
    entry = {"id": name, "file": "chair.mp4", "duration": 7, "intervals": intervals, "grace_s": 0.3, **changes}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"videos": [entry]}))
    return path


def evaluate(labels: list[Path], out: Path | None = None, events: Path | None = None, as_json: bool = True) -> int:
    return evaluate_files(labels, profile="strict", events_dir=events, out_dir=out, as_json=as_json, weights_dir=None)


def test_right_labels_give_full_marks_and_a_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, events = tmp_path / "out", tmp_path / "events"
    assert evaluate([label_file(folder, "right", RIGHT)], out, events) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["overall"]["hits"], result["overall"]["events"], result["overall"]["false_alarms"]) == (1, 1, 0)
    assert result["classes"]["no_face"]["f1"] == 1
    assert result["errors"] == []
    (found,) = [json.loads(line) for line in (events / "right.jsonl").read_text().splitlines()]
    assert (found["kind"], found["started_at"]) == ("no_face", pytest.approx(3, abs=0.35))
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "thresholds.svg", "timeline-right.svg"]


def test_the_sweep_shows_where_the_rule_would_no_longer_find_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate([label_file(folder, "swept", RIGHT)])
    (hold,) = [curve for curve in json.loads(capsys.readouterr().out)["sweep"] if curve["threshold"] == "hold_s"]
    recall = {point["value"]: point["recall"] for point in hold["points"]}
    assert hold["class"] == "no_face"
    assert recall[hold["current"]] == 1
    assert recall[5.0] == 0, "an empty chair of three seconds cannot break a rule that waits for five"


def test_every_miss_and_false_alarm_has_its_picture(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate([label_file(folder, "wrong", WRONG)], tmp_path, as_json=False) == 0
    text = capsys.readouterr().out
    assert "missed: no_face, wrong 0.0–2.0 s" in text
    assert "false alarm: no_face, wrong" in text
    jpegs = sorted(path.name for path in tmp_path.glob("*.jpg"))
    assert jpegs[1] == "missed-no_face-wrong-0.0.jpg"
    assert jpegs[0].startswith("false-alarm-no_face-wrong-")
    page = Page((tmp_path / "index.html").read_text())
    assert page.count("img") == 4  # two mistakes, a time line, the thresholds


def test_the_page_needs_nothing_but_itself_and_runs_nothing(folder: Path, tmp_path: Path) -> None:
    evaluate([label_file(folder, "page", WRONG)], tmp_path)
    page = Page((tmp_path / "index.html").read_text())
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert page.sources
    assert all(source.startswith("data:image/") for source in page.sources)


def test_what_is_bad_is_counted_and_the_rest_is_done(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.mp4").touch()
    labels = [
        label_file(folder, "unknown", [(0, 7, ["no_fase"])]),
        label_file(folder, "gone", RIGHT, file="gone.mp4"),
        label_file(folder, "empty", RIGHT, file="empty.mp4"),
        label_file(folder, "good", RIGHT),
    ]
    assert evaluate(labels, tmp_path) == 1
    output = capsys.readouterr()
    result = json.loads(output.out)
    assert output.err.count("✗ ") == len(result["errors"]) == 3
    assert list(result["videos"]) == ["good"]
    assert result["overall"]["hits"] == 1
    assert "Not evaluated" in (tmp_path / "index.html").read_text()


def test_nothing_usable_is_an_error(folder: Path) -> None:
    with pytest.raises(InvalidError, match="no video could be evaluated"):
        evaluate([folder / "nothing.json"])


class Page(HTMLParser):
    """Tags and image sources of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]

    def count(self, tag: str) -> int:
        return self.tags.count(tag)
