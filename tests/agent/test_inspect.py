"""`invigil-agent inspect`: one JSON line per picture, also for a picture that is none."""

import json
from pathlib import Path
from typing import Any

import cv2
import pytest

from agent.inspect import inspect_files
from contract.device import FaceEngineChoice
from contract.wire import InvalidError
from tests.support.portrait import portrait_path, scene
from tests.support.weights import real_weights


@pytest.fixture(autouse=True)
def weights() -> None:
    real_weights()


def inspect(
    images: list[Path], capsys: pytest.CaptureFixture[str], draw_dir: Path | None = None
) -> tuple[int, list[dict[str, Any]], str]:
    code = inspect_files(images, draw_dir=draw_dir, as_json=True, profile="strict", weights_dir=None)
    output = capsys.readouterr()
    return code, [json.loads(line) for line in output.out.splitlines()], output.err


def test_a_picture_gives_one_line_with_everything(capsys: pytest.CaptureFixture[str]) -> None:
    code, (line,), _ = inspect([portrait_path()], capsys)
    assert code == 0
    assert line["image"] == str(portrait_path())
    (face,) = line["faces"]
    assert {"box_xyxy", "yaw_deg", "pitch_deg", "roll_deg", "away", "direction"} <= set(face)
    assert (face["away"], face["direction"]) == (False, None)
    assert line["detections"] == []


def test_bad_pictures_get_a_line_of_their_own_and_the_others_are_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, text, gone = tmp_path / "empty.jpg", tmp_path / "text.png", tmp_path / "gone.png"
    empty.write_bytes(b"")
    text.write_text("no picture")
    code, lines, errors = inspect([empty, text, gone, portrait_path()], capsys)
    assert code == 1
    assert [line["image"] for line in lines] == [str(empty), str(text), str(gone), str(portrait_path())]
    assert lines[0]["error"] == f"{empty}: the file is empty"
    assert lines[1]["error"] == f"{text}: not a picture that can be read"
    assert lines[2]["error"] == f"{gone}: No such file or directory"
    assert len(lines[3]["faces"]) == 1
    assert errors.count("✗") == 3


def test_drawings_have_the_size_of_the_picture_and_something_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "booth.png"
    cv2.imwrite(str(path), scene(2))
    _, (line,), _ = inspect([path], capsys, draw_dir=tmp_path / "drawn")
    drawn = cv2.imread(str(tmp_path / "drawn" / "booth.png"))
    assert drawn is not None
    assert drawn.shape == (480, 640, 3)
    assert (drawn != scene(2)).any()
    assert len(line["faces"]) == 2


def test_a_drawing_that_cannot_be_written_is_an_error_of_that_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "drawn").write_text("in the way")
    code, (line,), _ = inspect([portrait_path()], capsys, draw_dir=tmp_path / "drawn")
    assert code == 1
    assert "cannot be written" in line["error"]


def test_for_people_it_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    inspect_files([portrait_path()], draw_dir=None, as_json=False, profile="strict", weights_dir=None)
    assert capsys.readouterr().out == f"{portrait_path()}: face ahead\n"


def test_every_face_engine_sees_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    engines: tuple[FaceEngineChoice, ...] = ("auto", "litert", "mediapipe")
    for engine in engines:
        inspect_files(
            [portrait_path()], draw_dir=None, as_json=True, profile="strict", weights_dir=None, face_engine=engine
        )
    faces = [json.loads(line)["faces"] for line in capsys.readouterr().out.splitlines()]
    assert faces[0] == faces[1]
    assert faces[2][0]["yaw_deg"] == pytest.approx(faces[0][0]["yaw_deg"], abs=2)
    assert faces[2][0]["box_xyxy"] == pytest.approx(faces[0][0]["box_xyxy"], abs=3)


def test_without_any_weights_it_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidError, match="run: invigil models fetch"):
        inspect_files([portrait_path()], draw_dir=None, as_json=True, profile="strict", weights_dir=tmp_path)
    assert "faces are off" in capsys.readouterr().err
