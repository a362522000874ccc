"""docs/privacy.md names everything that is kept: a new table, event, kind of evidence or class cannot be forgotten."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest
from pydantic import BaseModel

from contract import messages
from contract.violation import EvidenceRole
from hub.tables import metadata
from hub.views.retention import DEFAULT_DAYS, DataClass

DOCS: Final = Path(__file__).parents[1] / "docs"
PAGE: Final = (DOCS / "privacy.md").read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_every_table_is_named_and_no_other() -> None:
    tables = set(metadata.tables)
    said = set(re.findall(r"`(\w+)`", section("In the hub's database")))
    assert tables - said == set()
    assert said - tables - set(get_args(DataClass)) == set()


def test_every_kind_of_evidence_is_named() -> None:
    assert set(get_args(EvidenceRole)) == set(re.findall(r"^\| `(\w+)`", section("Evidence"), re.MULTILINE))


def test_every_event_is_named() -> None:
    bodies: tuple[type[BaseModel], ...] = get_args(get_args(messages.EventBody)[0])
    types = {body.model_fields["type"].default for body in bodies}
    assert types == set(re.findall(r"`(\w+)`", section("Events"))) - {"events"}


@pytest.mark.parametrize("data_class", get_args(DataClass))
def test_the_days_of_each_class_are_those_of_the_hub(data_class: DataClass) -> None:
    for line in section("In the hub's database").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(r"`(\w+)`", cells[0])
        if data_class in names:
            assert re.findall(r"\d+", cells[1])[names.index(data_class)] == str(DEFAULT_DAYS[data_class])
            return
    raise AssertionError(f"{data_class} has no row")


def test_the_pages_retention_and_privacy_say_the_same() -> None:
    for data_class, days in DEFAULT_DAYS.items():
        assert re.search(rf"\| `{data_class}` \|.*\| {days} \|", (DOCS / "retention.md").read_text("utf-8")), data_class
