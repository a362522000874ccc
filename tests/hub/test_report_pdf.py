"""Reports as printed: looked at as pictures, the same bytes for the same data, and never spoiled by what came in."""

import asyncio
import io
import json
import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typst
from PIL import Image

from contract.boxes import ClipBoxes
from hub.db import Database
from hub.errors import HubError, RefusedError
from hub.evidence.filestore import LocalFiles
from hub.reports import press, printing
from hub.reports.drawing import COLOURS, drawing
from hub.reports.language import words
from hub.reports.pictures import MOST, boxes_at, chosen
from hub.reports.printing import Printer
from hub.reports.redacted import redacted
from hub.reports.sheet import Sheet, printable
from hub.views.reports import ExamSessionReport
from tests.hub.test_report_data import eventful, put, told
from tests.support.hub import a_database
from tests.support.reported import Sitting, at, boxes, face

pytestmark = pytest.mark.anyio

UTC = ZoneInfo("UTC")
PPI = 100.0
TRACK_MM = (52.0, 192.0)
"""Where the timeline's axis begins and ends on the page: the margin, the names of its rows, the other margin."""
NASTY = (
    '#panic("no")',
    '#image("/etc/passwd") #read("job.json") @ref <label> $x^2$ *b* _i_ `r` \\ // /* ',
    "]] })}; #{ while true {} }",
    "Ʊ𝔘 \u0000\u0007\ue000\ufffe\u202e\u2066 e\u0301\u200d\u200b \U0010ffff",
    "x" * 160,
    "محمد בן עבד 山田太郎 김철수 😀 नमस्ते",
    "",
)


def printer(folder: Path) -> Printer:
    return Printer(LocalFiles(folder / "evidence"), folder / "press")


async def a_report(database: Database, sitting: Sitting, folder: Path, *, candidate: bool = False) -> ExamSessionReport:
    await put(database, sitting, folder=folder / "evidence")
    found = await told(database, sitting)
    return redacted(found) if candidate else found


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def column(page: Image.Image, share: float) -> set[tuple[int, ...]]:
    """Colours that stand at this share of the timeline's axis, over the whole page."""
    x_mm = TRACK_MM[0] + (TRACK_MM[1] - TRACK_MM[0]) * share
    x = round(x_mm / 25.4 * PPI)
    return {page.getpixel((x, y)) for y in range(page.height)}  # type: ignore[misc]


async def test_what_happened_stands_where_the_clock_says(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting()
        sitting.ordinary()
        sitting.violation(900, 1080, "looking_away", "confirmed")
        sitting.violation(1800, 1980, "speech", "confirmed")
        sitting.violation(2700, 2880, "prohibited_object", "confirmed")
        found = await a_report(database, sitting, tmp_path)
    pages = await printer(tmp_path).pages(found, UTC, PPI)
    page = Image.open(io.BytesIO(pages[0])).convert("RGB")
    assert page.size == (round(210 / 25.4 * PPI), round(297 / 25.4 * PPI))
    for kind, first, last in (("looking_away", 900, 1080), ("speech", 1800, 1980), ("prohibited_object", 2700, 2880)):
        colour = rgb(COLOURS[kind])  # type: ignore[index]
        assert colour in column(page, (first + last) / 2 / 3600), kind
        assert colour not in column(page, (first - 60) / 3600), kind
        assert colour not in column(page, (last + 60) / 3600), kind


async def test_a_gap_a_break_and_what_nobody_decided_look_different(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting()
        sitting.step(0, "admit", "admitted", "pat")
        sitting.step(1200, "break", "on_break", "pat")
        sitting.step(1600, "end_break", "in_progress", "pat")
        sitting.step(3600, "complete", "completed", "pat")
        sitting.gap(2400, 2800)
        sitting.violation(300, 600, "speech", "unreviewed")
        sitting.violation(700, 1000, "speech", "dismissed")
        found = await a_report(database, sitting, tmp_path)
    page = Image.open(io.BytesIO((await printer(tmp_path).pages(found, UTC, PPI))[0])).convert("RGB")
    monitored, standing = rgb("#9fb8a6"), rgb("#c9ced5")
    assert monitored in column(page, 2000 / 3600)
    assert monitored not in column(page, 1400 / 3600)
    assert standing in column(page, 1400 / 3600)
    assert monitored not in column(page, 2600 / 3600)
    near = [column(page, second / 3600) for second in range(2420, 2780, 4)]
    assert sum(any(red > 1.3 * blue for red, _, blue in each) for each in near) > 10, "hatched"
    assert rgb(COLOURS["speech"]) not in column(page, 450 / 3600)
    assert rgb(COLOURS["speech"]) not in column(page, 850 / 3600)


async def test_the_same_data_make_the_same_bytes_that_keep_and_can_be_read_aloud(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        found = await a_report(database, eventful(), tmp_path)
        first = await printer(tmp_path).pdf(found, UTC)
        assert await Printer(LocalFiles(tmp_path / "evidence"), tmp_path / "other").pdf(found, UTC) == first
    assert first.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in first
    assert b"<pdfuaid:part>1</pdfuaid:part>" in first
    assert not list((tmp_path / "press").iterdir()), "something was left lying about"


@pytest.mark.parametrize("text", NASTY)
async def test_whatever_people_wrote_is_text(text: str, tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting(name=repr(text), candidate=text, exam=text, number=text or "-")
        sitting.ordinary()
        sitting.violation(10, 20, label=text[:40], evidence=[sitting.picture(11, face())])
        sitting.message(30, text)
        sitting.flag(40, text)
        found = await a_report(database, sitting, tmp_path)
    data = await printer(tmp_path).pdf(found, UTC)
    assert b"<pdfaid:part>2</pdfaid:part>" in data, "text must not cost what makes it last"


async def test_a_picture_that_is_none_is_said_and_spoils_nothing(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting()
        sitting.ordinary()
        whole = face()
        for number, data in enumerate((b"no picture", whole[:500], b"", whole)):
            sitting.violation(
                100 * number + 1, 100 * number + 2, evidence=[sitting.picture(100 * number, data or b"x")]
            )
        sitting.violation(900, 901, evidence=[sitting.picture(900, b"never came", arrived=False)])
        found = await a_report(database, sitting, tmp_path)
        altered = tmp_path / "evidence"
        sha256 = found.violations[3].evidence[0].sha256
        (altered / sha256[:2] / sha256[2:4] / sha256).write_bytes(whole + b"more")
    pages = await printer(tmp_path).pages(found, UTC)
    assert len(pages) >= 2
    picture = {"file": "a", "missing": "", "ratio": 0.5}
    (tmp_path / "a").write_bytes(whole[:500])
    press.take(tmp_path, picture, "it is damaged")
    assert (picture["file"], picture["missing"]) == (None, "it is damaged")
    good = {"file": "b", "missing": "", "ratio": 0.5}
    (tmp_path / "b").write_bytes(face(wh=(640, 480)))
    press.take(tmp_path, good, "it is damaged")
    assert (good["file"], good["ratio"]) == ("b.jpg", 0.75)


async def test_a_huge_picture_is_not_decoded(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    (tmp_path / "bomb").write_bytes(file.getvalue())
    picture = {"file": "bomb", "missing": "", "ratio": 0.5}
    press.take(tmp_path, picture, "too large")
    assert picture["file"] is None


def test_characters_that_no_font_has_are_boxes_and_named() -> None:
    sheet = {"name": "a\ue000b", "rows": [["\U0010fffd", "é"]], "n": 1}
    assert press.replace_unknown(typst.Compiler(), sheet) == ["\ue000", "\U0010fffd"]
    assert sheet == {"name": "a□b", "rows": [["□", "é"]], "n": 1}


def test_text_without_what_turns_or_breaks_the_page() -> None:
    assert printable({"a": ["x\u202ey\x07z"]}) == {"a": ["x y z"]}
    assert printable("y" * 50) == f"{'y' * 24}\u200b{'y' * 24}\u200byy"


async def test_the_gravest_are_shown_and_the_rest_is_said(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting()
        sitting.ordinary(7200)
        for number in range(MOST + 20):
            review = "confirmed" if number % 2 else "dismissed"
            first, came = 60 + 60 * number, sitting.picture(60 + number, face(shade=number % 40))
            sitting.violation(first, first + 2, "looking_away", review, evidence=[came])
        found = await a_report(database, sitting, tmp_path)
    shown, of = chosen(found)
    assert (len(shown), of) == (MOST, MOST + 20)
    assert sum(each.violation.review == "confirmed" for each in shown) == (MOST + 20) // 2
    assert [each.number for each in shown] == sorted(each.number for each in shown)
    sheet = Sheet(found, UTC).data(len(shown), of)
    assert sheet["pictures_note"].startswith("48 of 68 snapshots are shown")
    assert len(await printer(tmp_path).pages(found, UTC, 30)) > 5


def test_boxes_are_those_of_the_moment() -> None:
    document = ClipBoxes.parse(boxes(100, phone=True))
    assert [box["label"] for box in boxes_at(document, at(100))] == ["face", "cell phone"]
    assert boxes_at(document, at(300)) == []


async def test_a_candidates_copy_shows_no_picture(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        found = await a_report(database, eventful(), tmp_path, candidate=True)
    data = await printer(tmp_path).pdf(found, ZoneInfo("Europe/Berlin"))
    assert b"/Subtype/Image" not in data.replace(b" ", b"")


async def test_the_sheet_speaks_the_readers_language_in_the_readers_time(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = eventful()
        await put(database, sitting)
        found = await told(database, sitting, "de")
    sheet = Sheet(found, ZoneInfo("Europe/Berlin")).data(0, 0)
    assert sheet["footer"].endswith("Zeiten in Europe/Berlin (UTC+02:00)")
    assert sheet["violations"][0]["time"] == "11:05:00"
    assert sheet["figures"][1]["value"] == "99,71 %"
    ticks = [tick["text"] for tick in sheet["drawing"]["ticks"]]
    assert ticks == ["11:00", "11:10", "11:20", "11:30", "11:40", "11:50", "12:00"]
    assert json.dumps(sheet)


async def test_a_moment_is_drawn_even_where_it_has_no_length(tmp_path: Path) -> None:
    async with a_database(tmp_path) as database:
        sitting = Sitting()
        sitting.ordinary()
        sitting.violation(1800, 1800)
        found = await a_report(database, sitting, tmp_path)
    (row,) = drawing(found, words("en"), UTC)["rows"]
    assert row["spans"] == [{"x": 0.5, "w": 0.0, "colour": COLOURS["looking_away"], "review": "confirmed"}]


async def test_a_press_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "TIMEOUT_S", 0.0)
    async with a_database(tmp_path) as database:
        found = await a_report(database, eventful(), tmp_path)
    with pytest.raises(HubError, match="took longer than 0 s"):
        await printer(tmp_path).pdf(found, UTC)
    assert not list((tmp_path / "press").iterdir())


async def test_a_press_that_fails_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.reports.sheet.COLOURS", dict.fromkeys(COLOURS, "no colour"))
    async with a_database(tmp_path) as database:
        found = await a_report(database, eventful(), tmp_path)
    with pytest.raises(HubError, match="cannot be set") as refused:
        await printer(tmp_path).pdf(found, UTC)
    assert "CSV or JSON" in refused.value.hint


async def test_more_than_can_wait_are_asked_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "WAITING", 0)
    async with a_database(tmp_path) as database:
        found = await a_report(database, eventful(), tmp_path)
    one = printer(tmp_path)
    done = await asyncio.gather(*(one.pdf(found, UTC) for _ in range(3)), return_exceptions=True)
    refused = [each for each in done if isinstance(each, RefusedError)]
    assert [each.status for each in refused] == [503]
    assert refused[0].headers == {"Retry-After": "60"}
    assert len({each for each in done if isinstance(each, bytes)}) == 1
    assert await one.pdf(found, UTC)


def test_what_a_killed_hub_left_is_thrown_away_and_nobody_elses_work(tmp_path: Path) -> None:
    for name, age_s in (("old", 2 * printing.LEFT_S), ("new", 0.0)):
        folder = tmp_path / "press" / name
        folder.mkdir(parents=True)
        (folder / "sheet.json").write_text("{}")
        os.utime(folder, (time.time() - age_s,) * 2)
    printer(tmp_path)
    assert [path.name for path in (tmp_path / "press").iterdir()] == ["new"]
