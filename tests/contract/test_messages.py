"""Golden files: what is on the wire changes only when somebody changes it on purpose.

`python -m tests.contract.test_messages` writes them anew; the difference belongs into the same commit.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import messages as m
from contract.wire import InvalidError
from tests.contract.examples import EXAMPLES, event, violation

GOLDEN = Path(__file__).parent / "golden"


def test_every_example_has_its_golden_file_and_no_other_lies_there() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_writing_gives_the_golden_bytes(name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text())
    assert json.loads(EXAMPLES[name].to_json()) == golden


@pytest.mark.parametrize("name", EXAMPLES)
def test_reading_the_golden_file_gives_the_value(name: str) -> None:
    example = EXAMPLES[name]
    assert type(example).parse((GOLDEN / f"{name}.json").read_bytes()) == example


def test_events_of_every_body_type_have_an_example() -> None:
    known = {"violation_opened", "violation_updated", "violation_closed"}
    known |= {"monitoring_gap", "monitoring_step", "checkpoint"}
    known |= {"evidence_added", "evidence_dropped", "segment_recorded", "exam_session_step", "message_read", "trace"}
    shown = {example.body.type for example in EXAMPLES.values() if isinstance(example, m.Event)}
    assert shown == known


def test_an_old_hub_survives_a_new_agent() -> None:
    data = json.loads(event(m.ViolationOpened(violation=violation())).to_json())
    data["mood"] = "new"
    data["body"]["violation"]["iris_pattern"] = {"x": 1}
    assert m.Event.parse(json.dumps(data)) == event(m.ViolationOpened(violation=violation()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seq": 0}, "seq"),
        ({"seq": "many"}, "seq"),
        ({"booth": "booth/1"}, "booth"),
        ({"booth": "invigil.hub"}, "booth"),
        ({"wall_time": "2026-03-02T12:00:00"}, "wall_time"),
        ({"prev_sha256": "A" * 64}, "prev_sha256"),
        ({"monotonic_s": "NaN"}, "monotonic_s"),
        ({"body": {"type": "coffee"}}, "body"),
        ({"body": None}, "body"),
    ],
)
def test_a_bad_event_is_refused_and_the_field_is_named(change: dict[str, object], says: str) -> None:
    data = json.loads(event(m.ViolationOpened(violation=violation())).to_json()) | change
    with pytest.raises(InvalidError, match=says):
        m.Event.parse(json.dumps(data))


def test_a_violation_that_ends_before_it_starts_is_refused() -> None:
    data = json.loads(violation(ended=True).to_json()) | {"ended_at": "2020-01-01T00:00:00Z"}
    with pytest.raises(InvalidError, match="ended_at lies before started_at"):
        type(violation()).parse(json.dumps(data))


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parsers_raise_anything_else(payload: bytes) -> None:
    for parse in (m.Event.parse, m.Ack.parse, m.Desired.parse, m.parse_command, m.parse_reply):
        with pytest.raises(InvalidError):
            parse(payload)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for stem, value in EXAMPLES.items():
        (GOLDEN / f"{stem}.json").write_text(value.model_dump_json(indent=2) + "\n")
