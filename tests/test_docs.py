"""Pages hold together: links lead somewhere, files that are named exist, the index has every page, and what is written
from the code is what the code says now."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.reference.__main__ import FOLDER, PAGES
from tests.reference.markdown import anchor

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
WRITTEN: Final = sorted(
    [ROOT / "README.md", *DOCS.glob("*.md"), *DOCS.glob("decisions/*.md"), *DOCS.glob("models/*.md")]
)
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
NAMED: Final = re.compile(r"`((?:tests|hub|agent|contract|provisioning|systemd|docker|requirements)/[\w./@-]*)`")
HOLD_TO_THE_CODE: Final = ("architecture.md", "security.md", "privacy.md", "monitoring.md")
"""Pages that prove what they say by naming files."""


def headings(page: Path) -> set[str]:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return {anchor(re.sub(r"[`*]", "", line)) for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Those that stay in the repository, with their anchors."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for link in LINK.findall(text):
        if not re.match(r"[a-z]+:", link):
            file, _, place = link.partition("#")
            yield (page.parent / file).resolve() if file else page, place


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target, place in links(page):
        assert target.exists(), f"{page.name} → {target}"
        if place and target.suffix == ".md":
            assert place in headings(target), f"{page.name} → {target.name}#{place}"


@pytest.mark.parametrize("name", HOLD_TO_THE_CODE)
def test_files_that_a_page_names_exist(name: str) -> None:
    named = NAMED.findall((DOCS / name).read_text("utf-8"))
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing, f"docs/{name} names what is not there: {missing}"


def test_the_index_has_every_page() -> None:
    index = DOCS / "README.md"
    told = {target for target, _ in links(index)}
    pages = {page for page in DOCS.glob("**/*.md") if page.parent.name not in {"decisions", "models"}} - {index}
    assert pages - told == set(), "a page that docs/README.md does not have: give it a line there"


@pytest.mark.parametrize("name", PAGES)
def test_what_is_written_from_the_code_is_up_to_date(name: str) -> None:
    now, there = PAGES[name](), (FOLDER / name).read_text("utf-8")
    assert now == there, f"docs/reference/{name} is not what the code says any more: run `make docs` and commit it"


def test_references_lead_somewhere() -> None:
    for name in PAGES:
        page = FOLDER / name
        known = headings(page)
        lost = {place for target, place in links(page) if target == page and place not in known}
        assert not lost, f"docs/reference/{name}: {sorted(lost)[:5]}"


def test_every_key_of_the_settings_says_what_it_is() -> None:
    mute = re.findall(r"^\| `(\w+)` \|.*\|  \|$", (FOLDER / "configuration.md").read_text("utf-8"), re.MULTILINE)
    assert not mute, f"without a description: {mute}"
