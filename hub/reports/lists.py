"""The smaller tables of a printed report: gaps, breaks, holes, messages, flags."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.reports.sheet import Sheet


def lists(sheet: "Sheet") -> list[dict[str, Any]]:
    """Of a candidate's copy, only what it holds."""
    found = [_gaps(sheet), _pauses(sheet), _holes(sheet), _messages(sheet)]
    return found if sheet.report.redacted else [*found, _flags(sheet)]


def _table(sheet: "Sheet", name: str, head: tuple[str, ...], rows: list[list[str]], note: str = "") -> dict[str, Any]:
    """The last column takes the room that is left."""
    say = sheet.words.say
    return {
        "title": say(f"pdf.{name}"),
        "empty": say(f"pdf.{name}_none"),
        "head": [say(f"pdf.{each}") for each in head],
        "widths": ["auto"] * (len(head) - 1) + ["rest"],
        "rows": rows,
        "note": note,
    }


def _gaps(sheet: "Sheet") -> dict[str, Any]:
    words = sheet.words
    rows = [
        [
            sheet.time(each.started_at),
            sheet.time(each.ended_at) if each.ended_at else words.say("pdf.lasts"),
            words.lasted(each.counted_s),
            f"{each.words} ({each.detail})" if each.detail else each.words,
        ]
        for each in sheet.report.gaps
    ]
    note = words.say("pdf.counted") if rows else ""
    return _table(sheet, "gaps", ("from", "to", "for", "why_head"), rows, note)


def _pauses(sheet: "Sheet") -> dict[str, Any]:
    rows = [
        [
            sheet.time(each.started_at),
            sheet.time(each.ended_at),
            sheet.words.lasted(each.seconds),
            sheet.words.say(f"state.{each.state}"),
        ]
        for each in sheet.report.pauses
    ]
    return _table(sheet, "pauses", ("from", "to", "for", "why_head"), rows)


def _holes(sheet: "Sheet") -> dict[str, Any]:
    recording, words = sheet.report.recording, sheet.words
    rows = [
        [
            sheet.time(each.started_at),
            sheet.time(each.ended_at),
            words.lasted((each.ended_at - each.started_at).total_seconds()),
            words.say(f"hole.{each.reason}"),
        ]
        for each in recording.holes
    ]
    table = _table(sheet, "holes", ("from", "to", "for", "why_head"), rows)
    if not recording.wanted:
        return table | {"empty": words.say("pdf.recording_off")}
    if not recording.expected_s:
        return table
    share = words.share(100 * recording.covered_s / recording.expected_s)
    covered, expected = words.number(recording.covered_s), words.number(recording.expected_s)
    return table | {"note": words.say("pdf.recorded", covered=covered, expected=expected, share=share)}


def _messages(sheet: "Sheet") -> dict[str, Any]:
    rows = [
        [
            sheet.time(each.at),
            each.by.name,
            sheet.time(each.read_at) if each.read_at else "–",
            each.text,
        ]
        for each in sheet.report.messages
    ]
    return _table(sheet, "messages", ("time", "who", "read", "words_head"), rows)


def _flags(sheet: "Sheet") -> dict[str, Any]:
    rows = [
        [
            sheet.time(each.at),
            each.by.name,
            f"{each.note} ({sheet.words.say('pdf.withdrawn')})" if each.withdrawn else each.note,
        ]
        for each in sheet.report.flags
    ]
    return _table(sheet, "flags", ("time", "who", "words_head"), rows)
