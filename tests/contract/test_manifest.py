"""The manifest that ships, and what is said of weights that were altered."""

from pathlib import Path

import pytest

from contract.chain import sha256_hex
from contract.manifest import Weights, check_weights, load_manifest
from contract.wire import InvalidError


def entry(name: str = "tiny.tflite", **changes: object) -> Weights:
    return Weights.configure(
        {
            "name": name,
            "detector": "objects",
            "decoder": "yolox",
            "url": "https://example.org/tiny.tflite",
            "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",  # "hello"
            "size_bytes": 5,
            "licence": "Apache-2.0",
        }
        | changes
    )


def test_the_shipped_manifest_is_whole() -> None:
    manifest = load_manifest()
    assert {weights.detector for weights in manifest.weights if weights.default} == {"faces", "objects"}
    assert len({weights.name for weights in manifest.weights}) == len(manifest.weights)
    for weights in manifest.weights:
        assert weights.url.startswith("https://")
        assert weights.licence
        if weights.detector == "objects":
            assert {"cell phone", "laptop", "book"} <= set(weights.labels)


def test_weights_that_are_right_give_their_hash(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(b"hello")
    assert check_weights(entry(), tmp_path) == entry().sha256


def test_altered_weights_are_named_with_both_hashes_and_the_fix(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(b"hellO")
    with pytest.raises(InvalidError) as caught:
        check_weights(entry(), tmp_path)
    said = str(caught.value)
    assert str(tmp_path / "tiny.tflite") in said
    assert entry().sha256 in said
    assert sha256_hex(b"hellO") in said
    assert "invigil models fetch tiny.tflite" in said


def test_missing_weights_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"is not there; run: invigil models fetch tiny\.tflite"):
        check_weights(entry(), tmp_path)


def test_the_wheels_copy_counts_as_the_same_weights(tmp_path: Path) -> None:
    wheel = {"project": "p", "version": "1", "member": "m", "sha256": "0" * 64, "size_bytes": 9}
    known = entry(wheel=wheel).accepted
    assert known == {entry().sha256: 5, "0" * 64: 9}


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InvalidError, match=r"yolox_nano_416_float16\.tflite"):
        load_manifest().find("yolo")
