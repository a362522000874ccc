"""What docs/monitoring.md says of metrics and alerts is what the programs have: none is missing, none is made up."""

import re
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import yaml

from agent.health import TroubleName
from contract.messages import Health
from hub.devices.status import CareCode
from hub.intake.incoming import Refusal
from hub.metrics import Metrics

DOCS: Final = Path(__file__).parents[1] / "docs"
PAGE: Final = (DOCS / "monitoring.md").read_text("utf-8")
RULES: Final[dict[str, Any]] = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))
ALERTS: Final[list[dict[str, Any]]] = [rule for group in RULES["groups"] for rule in group["rules"]]
FUNCTIONS: Final = {"rate", "increase", "sum"}
SUFFIXES: Final = ("_bucket", "_count", "_sum")


def metrics() -> dict[str, set[str]]:
    """Names as Prometheus reads them, and their labels."""
    names: dict[str, set[str]] = {}
    collectors: list[Any] = list(Metrics().registry._collector_to_names)
    for collector in collectors:
        labels = set(collector._labelnames)
        names |= {family.name + "_total" * (family.type == "counter"): labels for family in collector.describe()}
    return names


def rows() -> dict[str, str]:
    """The first cells of all tables on the page, each name in it, to the whole row."""
    found: dict[str, str] = {}
    for line in PAGE.splitlines():
        if line.startswith("| `"):
            for name in re.findall(r"`(\w+)[^`]*`", line.split(" | ")[0]):
                found[name] = line
    return found


def test_every_metric_of_the_hub_is_explained() -> None:
    named = {name for name in rows() if name.startswith("invigil_")}
    assert named == set(metrics())


def test_the_labels_of_a_metric_are_told() -> None:
    for name, labels in metrics().items():
        told = re.search(rf"`{name}{{(\w+)}}`", rows()[name])
        assert ({told[1]} if told else set()) == labels, name


def test_every_word_of_a_booth_is_explained() -> None:
    said = set(Health.model_fields) - {"type"}
    known = set(rows())
    assert said <= known, said - known
    assert set(get_args(TroubleName)) <= known, set(get_args(TroubleName)) - known
    for word in (*get_args(CareCode), *get_args(Refusal)):
        assert f"`{word}`" in PAGE, word


def test_each_row_says_what_to_do() -> None:
    for name, row in rows().items():
        cells = [cell.strip() for cell in row.strip("| ").split(" | ")]
        assert all(cells), name


def test_rules_and_page_name_the_same_alerts() -> None:
    assert {rule["alert"] for rule in ALERTS} == {name for name in rows() if name.startswith("Invigil")}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_a_rule_is_whole_and_speaks_of_what_there_is(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
    assert rule["annotations"]["summary"]
    expression = str(rule["expr"])
    bare = re.sub(r'"[^"]*"', '""', expression)
    for opening, closing in ("()", "[]", "{}"):
        assert bare.count(opening) == bare.count(closing)
    assert re.search(r"(==|!=|<|>)\s*[\d.e]+$", bare), "a rule compares with a number"
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\"\"", bare))
    named = set(re.findall(r"invigil_\w+", bare))
    known = metrics() | {name + suffix: found for name, found in metrics().items() for suffix in SUFFIXES}
    assert named <= set(known), named - set(known)
    assert named or "up{" in bare
    for name in named:
        assert labels <= known[name], f"{name} has no label {labels - known[name]}"
    assert set(re.findall(r"([a-z_]+)\(", bare)) <= FUNCTIONS
    for name in named & {found for found in known if found.endswith("_total")}:
        assert re.search(rf"(rate|increase)\({name}", bare), f"{name} only ever rises: compare its rate"


def test_a_rule_that_speaks_of_nothing_would_be_found() -> None:
    with pytest.raises(AssertionError):
        test_a_rule_is_whole_and_speaks_of_what_there_is({**ALERTS[1], "expr": "invigil_moods == 0"})
