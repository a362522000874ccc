"""Logs: one JSON object a line for machines, and no secrets in either kind."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.logs import JsonFormatter, TextFormatter, without_secrets
from tests.hub.test_program import serving


def a_record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("hub.test", logging.WARNING, __file__, 1, message, args, exc_info)


def test_a_line_is_one_object_whatever_is_said() -> None:
    record = a_record("two\nlines of %s", "booth-1")
    record.booth = "booth-1"
    line = JsonFormatter().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert said.keys() == {"time", "level", "logger", "message", "fields"}
    assert (said["level"], said["logger"], said["message"]) == ("warning", "hub.test", "two\nlines of booth-1")
    assert said["fields"] == {"booth": "booth-1"}
    assert datetime.fromisoformat(said["time"]).tzinfo == UTC


def test_an_error_comes_with_its_traceback() -> None:
    try:
        raise ValueError("postgresql://invigil:hunter2@db/invigil is away")
    except ValueError as error:
        said = json.loads(JsonFormatter().format(a_record("failed", error=error)))
    assert "Traceback" in said["exception"]
    assert "postgresql://invigil:***@db/invigil is away" in said["exception"]


@pytest.mark.parametrize(
    "said",
    [
        "cannot reach postgresql://invigil:hunter2@db:5432/invigil",
        "Authorization: Bearer hunter2hunter2",
        "password=hunter2 host=db",
        '{"token": "hunter2", "n": 1}',
        "POST /x?claim_code=hunter2&y=1",
    ],
)
def test_secrets_are_not_told(said: str) -> None:
    assert "hunter2" not in without_secrets(said)
    assert "hunter2" not in TextFormatter().format(a_record(said))
    assert "hunter2" not in JsonFormatter().format(a_record("%s", said))


def test_other_words_stay() -> None:
    for said in ("wrong names or passwords: see docs", "http://hub:8080/x@y", "the token is wrong", "bearer of news"):
        assert without_secrets(said) == said


def test_the_program_logs_as_it_is_told(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    data.mkdir()
    (data / "hub.toml").write_text('log_format = "json"\n')
    with serving(data) as (program, _):
        pass
    lines = [line for line in program.log.read_text().splitlines() if not line.startswith("Invigil hub is ready")]
    assert lines
    assert {json.loads(line)["logger"] for line in lines} >= {"hub.mqtt"}
