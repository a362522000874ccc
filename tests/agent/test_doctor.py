"""The doctor himself: checks beside one another, those that hang or fail, mending, results, exit codes, the table."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.__main__ import app
from agent.doctor.catalogue import CHECKS, called
from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.command import exit_code
from agent.doctor.examiner import Examiner
from agent.doctor.patient import Patient
from contract.checkup import CheckResult, CheckState, Checkup
from contract.topics import MAX_PAYLOAD_BYTES
from contract.wire import InvalidError
from tests.support.patients import a_patient, a_status

ROOT = Path(__file__).resolve().parents[2]


def a_check(
    look: Callable[[Patient], Finding], *, mend: Callable[[Patient], str] | None = None, **changes: object
) -> Check:
    class One(Check):
        name, title, means, advice = "one", "One", "What it means.", "What to do."

        def look(self, patient: Patient) -> Finding:
            return look(patient)

        def fix(self, patient: Patient) -> str:
            assert mend is not None
            return mend(patient)

    for field, value in {"mends": "mends it" if mend else "", **changes}.items():
        setattr(One, field, value)
    return One()


def examine(*checks: Check, mend: bool = False, patient: Patient | None = None) -> tuple[CheckResult, ...]:
    return Examiner().examine(patient or Patient(None), checks, "by_hand", mend=mend).checks


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What hangs in a test goes on at its end."""
    event = threading.Event()
    yield event
    event.set()


def test_a_check_that_hangs_is_reported_and_the_others_are_not_held_up(released: threading.Event) -> None:
    def hang(_: Patient) -> Finding:
        released.wait()
        return ok("at last")

    examiner = Examiner()
    hanging = a_check(hang, limit_s=0.2)
    checks = (hanging, a_check(lambda _: ok("well", 3, "ms"), name="two"))
    hung, well = examiner.examine(Patient(None), checks, "by_hand").checks
    assert (hung.state, "it hangs" in hung.said, hung.advice) == ("failed", True, "What to do.")
    assert (well.state, well.value, well.unit, well.advice) == ("ok", 3, "ms", "")
    (again, _) = examiner.examine(Patient(None), checks, "by_hand").checks
    assert "still no answer" in again.said, "a second thread would hang as well"
    released.set()

    def answers() -> bool:
        return examiner.examine(Patient(None), checks, "by_hand").checks[0].state == "ok"

    while not answers():
        pass


def test_checks_run_beside_one_another_unless_they_are_alone() -> None:
    both = threading.Barrier(2, timeout=30)
    busy = threading.Lock()

    def meet(_: Patient) -> Finding:
        both.wait()
        return ok("met")

    def undisturbed(_: Patient) -> Finding:
        with busy:
            return ok("alone") if not any(thread.name == "doctor three" for thread in threading.enumerate()) else ok("")

    results = examine(
        a_check(undisturbed, name="alone_1", alone=True, limit_s=30.0),
        a_check(meet, name="two", limit_s=30.0),
        a_check(meet, name="three", limit_s=30.0),
    )
    assert [check.name for check in results] == ["alone_1", "two", "three"], "shown in their own order"
    assert [check.said for check in results] == ["alone", "met", "met"]


def raising(error: Exception) -> Callable[[Patient], Finding]:
    def look(_: Patient) -> Finding:
        raise error

    return look


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (InvalidError("the hub did not tell"), "did not tell"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (ZeroDivisionError("a fault"), "ZeroDivisionError"),
    ],
)
def test_what_cannot_be_known_is_a_finding_and_no_error(error: Exception, word: str) -> None:
    (found, well) = examine(a_check(raising(error)), a_check(lambda _: ok("well"), name="two"))
    assert (found.state, word in found.said, well.state) == ("unknown", True, "ok")


def test_what_looks_like_a_secret_does_not_leave_the_device() -> None:
    (found,) = examine(a_check(lambda _: failed("rtsp://ann:hunter2@10.0.0.7 and\n token=abc" + "x" * 500)))
    assert "hunter2" not in found.said
    assert "abc" not in found.said
    assert "\n" not in found.said


def test_what_takes_the_processor_waits_for_the_end_of_the_exam_session(tmp_path: Path) -> None:
    asked = []
    costly = a_check(lambda _: asked.append(1) or ok("timed"), costly=True)  # type: ignore[func-returns-value]
    during = a_patient(tmp_path, a_status(exam_session_on=True))
    checkup = Examiner().examine(during, (costly,), "hourly")
    assert (checkup.exam_session_on, checkup.checks[0].state, asked) == (True, "unknown", [])
    assert examine(costly, patient=a_patient(tmp_path, a_status()))[0].state == "ok"


def test_mending_says_what_was_done_and_looks_again() -> None:
    broken = [True]

    def mend(_: Patient) -> str:
        broken.clear()
        return "glued it"

    check = a_check(lambda _: failed("broken") if broken else ok("whole"), mend=mend)
    (untouched,) = examine(check)
    assert (untouched.state, untouched.fixed) == ("failed", "")
    (mended,) = examine(check, mend=True)
    assert (mended.state, mended.said, mended.fixed) == ("ok", "whole", "glued it")


def test_what_cannot_be_mended_says_why_and_what_is_well_is_left_alone() -> None:
    def refuse(_: Patient) -> str:
        raise PermissionError(1, "Operation not permitted")

    (found,) = examine(a_check(lambda _: warning("loose"), mend=refuse), mend=True)
    assert (found.state, "not permitted" in found.fixed) == ("warning", True)
    (well,) = examine(a_check(lambda _: ok("whole"), mend=refuse), mend=True)
    assert well.fixed == ""


def a_checkup(*states: CheckState) -> Checkup:
    checks = tuple(CheckResult(name=f"c{n}", title="C", means="", state=state) for n, state in enumerate(states))
    return Checkup.model_validate(
        {"at": "2026-05-04T09:00:00Z", "version": "1", "reason": "by_hand", "took_s": 1, "checks": checks}
    )


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("ok", "unknown", "not_applicable"), 0),
        (("ok", "warning", "unknown"), 3),
        (("warning", "failed"), 1),
        ((), 0),
    ],
)
def test_exit_codes_tell_what_is_worst(states: tuple[CheckState, ...], code: int) -> None:
    assert exit_code(a_checkup(*states)) == code


# --- the catalogue ---


def test_there_are_enough_checks_each_with_a_name_of_its_own_a_meaning_and_advice() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names)) >= 18
    for check in CHECKS:
        assert check.means.endswith("."), check.name
        assert check.advice.endswith((".", "?")), check.name
        assert len(check.means) < 200, check.name
        file = ROOT / "agent/doctor/checks" / f"{check.name}.py"
        assert file.exists(), f"{check.name} has a file of its own"
        assert file.read_text().startswith(f'"""`{check.name}`: '), check.name
    assert len(list((ROOT / "agent/doctor/checks").glob("*.py"))) == len(CHECKS) + 1


def test_the_page_says_of_every_check_what_the_code_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", (ROOT / "docs/doctor.md").read_text(), re.MULTILINE)
    assert rows == [(check.name, check.means, check.advice) for check in CHECKS]


def test_the_page_says_what_may_be_mended() -> None:
    page = (ROOT / "docs/doctor.md").read_text()
    rows = dict(re.findall(r"^- `(\w+)`: (.+)\.$", page, re.MULTILINE))
    assert rows == {check.name: check.mends for check in CHECKS if check.mends}


def test_a_device_with_nothing_behind_it_gets_a_finding_for_every_check(tmp_path: Path) -> None:
    """And all of it fits into one message."""
    chosen = called(tuple(check.name for check in CHECKS if check.name not in {"inference", "camera", "light"}))
    for patient in (a_patient(tmp_path), Patient(None, problem="no such file")):
        checkup = Examiner().examine(patient, chosen, "by_hand")
        assert [check.name for check in checkup.checks] == [check.name for check in chosen]
        assert "the check itself failed" not in " ".join(check.said for check in checkup.checks)
        assert len(checkup.to_json()) < MAX_PAYLOAD_BYTES / 2


# --- the command ---


def doctor(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["doctor", *arguments])
    return done.exit_code, done.stdout or str(done.exception)


def test_the_command_lists_what_there_is() -> None:
    code, said = doctor("--list")
    assert code == 0
    assert all(check.name in said for check in CHECKS)
    code, said = doctor("--list", "--json", "--only", "camera")
    assert (code, [each["name"] for each in json.loads(said)]) == (0, ["camera"])


def test_the_command_looks_at_what_it_is_told_to(tmp_path: Path) -> None:
    code, said = doctor("--config", str(tmp_path / "none.toml"), "--only", "configuration", "--json")
    checkup = Checkup.parse(said)
    assert (code, checkup.reason, [check.name for check in checkup.checks]) == (1, "by_hand", ["configuration"])
    code, said = doctor("--config", str(tmp_path / "none.toml"), "--only", "configuration")
    assert (code, "✗ Configuration" in said, "→" in said) == (1, True, True)


def test_a_check_that_nobody_knows_is_refused() -> None:
    code, said = doctor("--only", "horoscope")
    assert code != 0
    assert "horoscope" in said
    assert "camera" in said, "the known ones are named"
