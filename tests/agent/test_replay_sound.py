"""`invigil-agent replay --no-speech`: real detectors over the picture and the sound of a file."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.replay import profile_called, replay_files, speech_forbidden
from tests.support import sounds
from tests.support.portrait import scene, speaking
from tests.support.soundtracks import write_talk
from tests.support.video import write_video
from tests.support.weights import real_weights

FPS = 10
QUIET_S, TALK_S = 3, 4


def sound(*, talk: bool = True) -> sounds.Sound:
    """Three seconds of an air-conditioned room, four of somebody speaking, three of the room."""
    middle = sounds.voice(TALK_S, -24) if talk else sounds.typing(TALK_S, -35)
    parts = [sounds.silence(QUIET_S), middle, sounds.silence(QUIET_S)]
    return np.concatenate(parts) + sounds.fan(2 * QUIET_S + TALK_S, -55)


def pictures(*, moving: bool) -> list[Any]:
    """A candidate before the camera, whose mouth opens four times a second while there is speech, or stays shut."""
    images = []
    for number in range(FPS * (2 * QUIET_S + TALK_S)):
        talks = moving and QUIET_S * FPS <= number < (QUIET_S + TALK_S) * FPS
        opening_px = round(6 + 6 * math.sin(2 * math.pi * 3.7 * number / FPS)) if talks else 0
        images.append(speaking(scene(1, number), opening_px))
    return images


def replay(video: Path, folder: Path, *, no_speech: bool = True) -> list[dict[str, Any]]:
    code = replay_files(
        [video], profile="strict", events_dir=folder, realtime=False, weights_dir=None, no_speech=no_speech
    )
    assert code == 0
    return [json.loads(line) for line in (folder / f"{video.stem}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module", autouse=True)
def weights() -> None:
    real_weights()


@pytest.mark.parametrize(("moving", "label"), [(True, "candidate"), (False, "other")])
def test_speech_is_found_and_whose_it_is(moving: bool, label: str, tmp_path: Path) -> None:
    video = write_talk(tmp_path / "talk.mkv", pictures(moving=moving), sound())
    first = replay(video, tmp_path / "first")
    (violation,) = [each for each in first if each["kind"] == "speech"]
    assert violation["label"] == label
    assert violation["started_at"] == pytest.approx(QUIET_S, abs=0.3)
    assert violation["opened_at"] == pytest.approx(QUIET_S + 2, abs=0.4)
    assert violation["ended_at"] == pytest.approx(QUIET_S + TALK_S, abs=1.0)
    assert violation["confidence"] > 0.5
    assert replay(video, tmp_path / "second") == first, "the same file gives the same"
    assert [each for each in first if each["kind"] != "speech"] == [], "a mouth that speaks flags nothing that is seen"
    assert replay(video, tmp_path / "third", no_speech=False) == [], "no built-in profile listens"


def test_typing_in_a_noisy_room_is_no_speech(tmp_path: Path) -> None:
    video = write_talk(tmp_path / "typing.mp4", pictures(moving=False), sound(talk=False), codec="aac")
    assert replay(video, tmp_path / "events") == []


def test_a_video_without_sound_is_judged_by_what_is_seen(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    video = write_video(tmp_path / "mute.mp4", pictures(moving=True)[:20], FPS)
    assert replay(video, tmp_path / "events") == []
    assert "no sound track" in caplog.text


def test_forbidding_speech_changes_nothing_else() -> None:
    strict = profile_called("strict")
    quiet = speech_forbidden(strict)
    assert quiet.rules.speech.enabled
    assert quiet.model_copy(update={"rules": strict.rules}) == strict
    assert quiet.rules.model_copy(update={"speech": strict.rules.speech}) == strict.rules
