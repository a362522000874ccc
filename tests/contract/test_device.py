"""`device.toml`: read, resolved, and refused with a sentence that helps."""

from pathlib import Path

import pytest

from contract.device import load_device_config
from contract.profiles import PROFILES, RuleProfile
from contract.wire import InvalidError

GOOD = """
booth = "booth-1"
[hub]
url = "https://hub.example:8443"
mqtt_host = "hub.example"
[camera]
kind = "v4l2"
source = "/dev/video0"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "device.toml"
    path.write_text(text)
    return path


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load_device_config(write(tmp_path, GOOD))
    assert config.tls.key == tmp_path / "device.key"
    assert config.state_dir == tmp_path / "state"
    assert config.camera.fps == 15


def test_the_face_engine_is_chosen_by_the_device_or_by_name(tmp_path: Path) -> None:
    assert load_device_config(write(tmp_path, GOOD)).vision.face_engine == "auto"
    named = GOOD + '[vision]\nface_engine = "mediapipe"\n'
    assert load_device_config(write(tmp_path, named)).vision.face_engine == "mediapipe"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "colour = 1\n", r"camera\.colour: unknown key"),
        (GOOD + "sorce = 'x'\n", r"camera\.sorce: unknown key \(did you mean 'source'\?\)"),
        ("booth = 'Booth 1'", "booth"),
        ("booth = ", "device.toml"),
        (GOOD.replace('"v4l2"', '"webcam"'), r"camera\.kind"),
        (GOOD + "fps = 0\n", r"camera\.fps"),
        (GOOD + "[vision]\nface_engine = 'tensorflow'\n", r"vision\.face_engine"),
        ("\udce9", "device.toml"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "device.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InvalidError, match=says) as caught:
        load_device_config(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"nowhere\.toml"):
        load_device_config(tmp_path / "nowhere.toml")


def test_a_rule_profile_with_an_unknown_rule_is_refused() -> None:
    data = PROFILES["strict"].model_dump()
    data["rules"]["yawning"] = {"hold_s": 1}
    with pytest.raises(InvalidError, match=r"rules\.yawning: unknown key"):
        RuleProfile.configure(data)


def test_strict_has_the_holds_that_the_scorers_expect() -> None:
    rules = PROFILES["strict"].rules
    assert {name: settings.hold_s for name, settings in rules if settings.enabled} == {
        "no_face": 1.0,
        "multiple_faces": 0.5,
        "looking_away": 1.0,
        "prohibited_object": 0.5,
        "camera_blocked": 1.0,
        "camera_frozen": 2.0,
    }


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("cellphone", "no detector looks for 'cellphone' .did you mean 'cell phone'"),
        ("Laptop", "did you mean 'laptop'"),
        ("giraffe", "known: backpack, book, cell phone"),
    ],
)
def test_an_object_that_no_detector_looks_for_is_refused_from_a_person(label: str, said: str) -> None:
    data = PROFILES["strict"].model_dump()
    data["rules"]["prohibited_object"]["min_score"][label] = 0.3
    with pytest.raises(InvalidError, match=rf"rules\.prohibited_object\.min_score: .*{said}"):
        RuleProfile.configure(data)
    assert RuleProfile.model_validate(data).rules.prohibited_object.unknown(), "an older booth takes it and says so"


def test_the_built_in_profiles_name_objects_that_are_looked_for() -> None:
    assert all(not profile.rules.prohibited_object.unknown() for profile in PROFILES.values())
    assert RuleProfile.configure(PROFILES["strict"].model_dump()) == PROFILES["strict"]
