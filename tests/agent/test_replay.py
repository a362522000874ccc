"""`invigil-agent replay`: real detectors over real files, and what becomes of bad ones."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av
import pytest
from typer.testing import CliRunner

from agent.__main__ import app
from agent.frame import BgrImage
from agent.replay import replay_files
from contract.wire import InvalidError
from tests.support.portrait import HEIGHT, WIDTH, dark, scene
from tests.support.weights import real_weights

FPS = 10
ROOT = Path(__file__).resolve().parents[2]
MEDIA = ROOT.parent / "shared" / "media"
KEYS = {"kind", "label", "started_at", "opened_at", "ended_at", "confidence"}


def write(path: Path, images: Iterable[BgrImage], **options: str) -> Path:
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate; from 2 s an empty chair, from 5 s two people, from 7 s a covered lens, from 9 s the candidate."""
    real_weights()
    cast = [1] * 20 + [0] * 30 + [2] * 20 + [-1] * 20 + [1] * 10
    images = [dark(n) if faces < 0 else scene(faces, n) for n, faces in enumerate(cast)]
    return write(tmp_path_factory.mktemp("video") / "booth.mp4", images, movflags="faststart")


@pytest.fixture(scope="module")
def found(booth: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("events")
    assert replay([booth], folder) == 0
    return events(folder / "booth.jsonl")


def replay(videos: list[Path], folder: Path, profile: str = "strict") -> int:
    return replay_files(videos, profile=profile, events_dir=folder, realtime=False, weights_dir=None)


def test_what_happens_in_the_video_is_found_when_it_happens(found: list[dict[str, Any]]) -> None:
    spans = {event["kind"]: (event["started_at"], event["opened_at"], event["ended_at"]) for event in found}
    assert spans["no_face"] == pytest.approx((2.0, 3.0, 5.0), abs=0.35)
    assert spans["multiple_faces"] == pytest.approx((5.0, 5.5, 9.0), abs=0.35)
    assert spans["camera_blocked"] == pytest.approx((7.0, 8.0, 9.0), abs=0.11)
    assert len(found) == 3, found


def test_a_line_has_what_the_scorer_reads(found: list[dict[str, Any]]) -> None:
    for event in found:
        assert set(event) == KEYS
        assert event["started_at"] <= event["opened_at"] <= event["ended_at"]
    assert [event["opened_at"] for event in found] == sorted(event["opened_at"] for event in found)


def test_two_runs_give_the_same_lines(booth: Path, found: list[dict[str, Any]], tmp_path: Path) -> None:
    replay([booth], tmp_path)
    assert events(tmp_path / "booth.jsonl") == found


def test_a_patient_profile_finds_less(booth: Path, tmp_path: Path) -> None:
    replay([booth], tmp_path, profile="lenient")
    assert events(tmp_path / "booth.jsonl") == []


def test_a_bad_file_is_named_and_the_others_are_done(
    booth: Path, found: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"")
    assert replay([bad, booth], tmp_path / "events") == 1
    assert f"✗ {bad}: the file is empty" in capsys.readouterr().err
    assert events(tmp_path / "events" / "booth.jsonl") == found
    assert not (tmp_path / "events" / "bad.jsonl").exists()


def test_a_cut_off_file_gives_what_it_has(booth: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(booth.read_bytes()[: round(booth.stat().st_size * 0.55)])
    assert replay([cut], tmp_path) == 1
    assert "cut off at" in capsys.readouterr().err
    assert [event["kind"] for event in events(tmp_path / "cut.jsonl")][:1] == ["no_face"]


def test_two_videos_of_one_name_are_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"both write a\.jsonl"):
        replay([tmp_path / "x" / "a.mp4", tmp_path / "y" / "a.mp4"], tmp_path / "events")
    assert not (tmp_path / "events").exists()


def test_an_unknown_profile_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"'severe' \(known: strict, standard, lenient\)"):
        replay([], tmp_path, profile="severe")


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidError, match="cannot be written"):
        replay([], tmp_path / "file" / "events")


# --- the command line ---


def test_the_program_says_what_is_wrong_in_one_line_and_exits_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "agent", "run", "--config", str(tmp_path / "device.toml")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"✗ {tmp_path / 'device.toml'}: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["run", "replay", "evaluate", "inspect", "cameras"])
def test_every_command_shows_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert re.search(rf"Examples?: invigil-agent {command}\b", shown.output)


def test_help_loads_no_detector() -> None:
    """A technician on a small device asks for help more often than for anything."""
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom agent.__main__ import app\n"
        "assert CliRunner().invoke(app, ['replay', '--help']).exit_code == 0\n"
        "print(sorted({'cv2', 'mediapipe', 'av', 'numpy'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


if MEDIA.is_dir():  # the labelled footage lies beside some checkouts and may not be published

    @pytest.mark.media
    @pytest.mark.slow
    def test_the_labelled_footage_scores_well(tmp_path: Path) -> None:
        real_weights()
        assert replay(sorted(MEDIA.glob("dev_session_*.mp4")), tmp_path) == 0
        scorer = MEDIA.parent / "tools" / "score.py"
        command = [sys.executable, str(scorer), str(MEDIA / "labels.json"), str(tmp_path), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        overall = json.loads(done.stdout)["overall"]
        assert overall["macro_f1"] >= 0.95
