"""What a booth says of an exam session: a code that hides, and photos that a bundle must hold."""

import json
from typing import get_args
from uuid import uuid4

import pytest

from contract.bundle import files_named
from contract.chain import sha256_hex
from contract.sitting import ENDED, ExamSessionStep, SittingState, SittingStep, code_digest
from contract.wire import InvalidError
from tests.support.bundles import Writer, a_bundle, check, made_of, ref

PHOTO = b"\xff\xd8\xff a face"


def test_a_code_is_the_same_however_it_is_typed_and_another_in_another_exam_session() -> None:
    one, other = uuid4(), uuid4()
    assert code_digest(one, "H7K2Q9") == code_digest(one, " h7k2 q9\n")
    assert code_digest(one, "H7K2Q9") != code_digest(other, "H7K2Q9")
    assert code_digest(one, "H7K2Q9") != code_digest(one, "H7K2Q8")


def test_nothing_follows_an_end() -> None:
    alive = {"scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"}
    assert set(get_args(SittingState)) - ENDED == alive


def a_step(step: SittingStep = "photo_taken", photo: bytes | None = PHOTO) -> ExamSessionStep:
    taken = None if photo is None else ref(photo, "photo")
    return ExamSessionStep(exam_session=uuid4(), step=step, photo=taken, photo_of="face" if photo else None)


def test_a_step_names_its_photo_and_one_without_names_nothing() -> None:
    (named,) = files_named(json.loads(a_step().to_json()))
    assert (named.sha256, named.role, named.size_bytes) == (sha256_hex(PHOTO), "photo", len(PHOTO))
    assert files_named(json.loads(a_step("ready", None).to_json())) == ()
    with pytest.raises(InvalidError):
        files_named({"type": "exam_session_step", "photo": {"sha256": "x"}})


@pytest.mark.parametrize(("kept", "verdict"), [((PHOTO,), "whole"), ((), "broken")])
def test_a_bundle_without_the_photo_that_a_step_names_is_not_whole(kept: tuple[bytes, ...], verdict: str) -> None:
    writer = Writer(a_bundle().devices[0])
    writer.step("started")
    writer.event(a_step())
    writer.checkpoint()
    made = made_of(a_bundle().authority, a_bundle().hub, (a_bundle().devices[0],), (writer,), kept)
    assert check(made.sealed()).verdict == verdict
