"""A report as the template sets it: every word and number ready in the reader's language and time zone.

The template gets text, never markup: what a candidate, proctor or booth wrote cannot become anything else on the page.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hub.reports.drawing import COLOURS, drawing
from hub.reports.language import Words, words
from hub.reports.lists import lists
from hub.reports.pictures import Shown
from hub.reports.sources import sources
from hub.views.reports import ExamSessionReport, KindFigures, ReportPerson, ReportPhoto, ReportViolation

_LONG: Final = re.compile(r"\S{24}")
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_BOX_COLOURS: Final = {"face": "#2f6db3"}


class Sheet:
    """Says one report. `data` is what the template reads as `sheet.json`, but for the pictures, which `picture` and
    `photo` say one by one."""

    def __init__(self, report: ExamSessionReport, zone: ZoneInfo) -> None:
        self.report = report
        self.words = words(report.language)
        self.zone = zone
        self._day = self._local(report.admitted_at or report.scheduled_start).date()

    def data(self, shown: int, snapshots: int) -> dict[str, Any]:
        """`shown` of so many `snapshots`."""
        report, say = self.report, self.words.say
        day = self._local(report.as_of)
        found = {
            "language": report.language,
            "title": f"{say('pdf.title')}: {report.candidate.number}",
            "date": {"year": day.year, "month": day.month, "day": day.day},
            "exam_session_id": str(report.exam_session_id),
            "running_title": say("pdf.running"),
            "footer": say("pdf.footer", as_of=self.date_time(report.as_of), zone=self._zone()),
            "badge": self._badge(),
            "labels": {key[4:]: text for key, text in self.words.texts.items() if re.fullmatch(r"pdf\.\w+", key)},
            "exam_name": report.exam_name,
            "candidate": report.candidate.name,
            "facts": self._facts(),
            "figures": self._figures(),
            "notes": list(report.integrity.notes),
            "drawing": drawing(report, self.words, self.zone),
            "kinds": self._kinds(),
            "derivation": self._derivation(),
            "violations": [self._violation(number, each) for number, each in enumerate(report.violations, start=1)],
            "violations_note": ""
            if report.violations_in_all == len(report.violations)
            else say("pdf.violations_note", listed=len(report.violations), all=report.violations_in_all),
            "pictures_note": "" if shown == snapshots else say("pdf.pictures_note", shown=shown, all=snapshots),
            "steps": [
                {"time": self.time(each.at), "words": each.words, "note": each.note, "who": who(each.by, self.words)}
                for each in report.steps
            ],
            "lists": lists(self),
            "provenance": sources(self),
            "left_out": list(report.left_out),
        }
        return printable(found)  # type: ignore[no-any-return]

    def picture(self, shown: Shown, file: str | None, missing: str, ratio: float, boxes: Iterable[Any]) -> Any:
        """`file` is None where there is nothing to show, and `missing` says why. `ratio` is height by width."""
        said = {
            "number": str(shown.number),
            "time": self.time(shown.snapshot.taken_at),
            "words": shown.violation.words,
            "review": self.words.say(f"review.{shown.violation.review}"),
            "alt": self.words.say("pdf.picture.alt", number=shown.number, words=shown.violation.words),
        }
        return printable(said | {"file": file, "missing": missing, "ratio": ratio, "boxes": [_over(b) for b in boxes]})

    def photo(self, photo: ReportPhoto, file: str | None, missing: str, ratio: float) -> Any:
        said = self.words.say(f"pdf.photo.{photo.of}", at=self.time(photo.taken_at))
        alt = self.words.say("pdf.photo.alt", of=said)
        return {"words": said, "alt": alt, "file": file, "missing": missing, "ratio": ratio, "boxes": []}

    def missing(self, shown: Shown) -> str:
        """Why a snapshot cannot be shown."""
        if shown.snapshot.dropped:
            return self.words.say("pdf.picture.dropped", reason=self.words.say(f"drop.{shown.snapshot.dropped}"))
        if shown.snapshot.sha256 in shown.violation.deleted:
            at = self.minute(shown.violation.deleted[shown.snapshot.sha256])
            return self.words.say("pdf.picture.deleted", at=at)
        return self.words.say("pdf.picture.missing")

    def time(self, at: datetime) -> str:
        """Of the day of the exam session; with the date on another."""
        local = self._local(at)
        return local.strftime("%H:%M:%S") if local.date() == self._day else self.date_time(at)

    def date_time(self, at: datetime) -> str:
        pattern = "%d.%m.%Y %H:%M:%S" if self.words.language == "de" else "%Y-%m-%d %H:%M:%S"
        return self._local(at).strftime(pattern)

    def minute(self, at: datetime) -> str:
        """With its date, without seconds."""
        return self.date_time(at)[:-3]

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def _zone(self) -> str:
        offset = self._local(self.report.scheduled_start).strftime("%z")
        return "UTC" if self.zone.key == "UTC" else f"{self.zone.key} (UTC{offset[:3]}:{offset[3:]})"

    def _badge(self) -> dict[str, str] | None:
        if not self.report.redacted:
            return None
        left_out = "; ".join(self.report.left_out)
        return {"title": self.words.say("pdf.badge"), "words": self.words.say("pdf.badge_words", left_out=left_out)}

    def _facts(self) -> list[tuple[str, str]]:
        report, say = self.report, self.words.say
        begin, end = report.started_at, report.ended_at
        rows: list[tuple[str, str | None]] = [
            ("number", report.candidate.number),
            ("state", say(f"state.{report.state}")),
            ("place", "; ".join(self._places()) or None),
            ("scheduled", f"{self.date_time(report.scheduled_start)} – {self.time(report.scheduled_end)}"),
            ("admitted", self.date_time(report.admitted_at) if report.admitted_at else None),
            ("actual", f"{self.date_time(begin)} – {self.time(end) if end else say('pdf.lasts')}" if begin else None),
            ("extra", self._extra()),
            ("rules_off", ", ".join(report.candidate.rules_off) or None),
            ("notice", self._notice()),
            ("hold", say("pdf.fact.hold_words") if report.legal_hold else None),
            ("practice", say("pdf.fact.practice_words") if report.practice else None),
        ]
        return [(say(f"pdf.fact.{name}"), value) for name, value in rows if value is not None]

    def _places(self) -> list[str]:
        return [
            ", ".join(name for name in (stay.booth_name, stay.room_name, stay.site_name) if name)
            for stay in self.report.stays
        ]

    def _extra(self) -> str | None:
        percent, extra_s = self.report.candidate.extra_time_percent, self.report.extra_time_s
        if not percent and not extra_s:
            return None
        return self.words.say("pdf.fact.extra_words", percent=percent, extra=self.words.lasted(extra_s))

    def _notice(self) -> str:
        at, version = self.report.notice_acknowledged_at, self.report.notice_version
        if at is None or version is None:
            return self.words.say("pdf.fact.notice_none")
        return self.words.say("pdf.fact.notice_words", version=version, at=self.time(at))

    def _figures(self) -> list[dict[str, Any]]:
        summary, say = self.report.integrity, self.words.say
        shares = [
            {
                "name": say(f"pdf.big.{name}"),
                "value": f"{self.words.share(figure.value)} %" if figure.value is not None else say("pdf.big.none"),
                "words": figure.words,
                "asks": False,
            }
            for name, figure in (("coverage", summary.coverage), ("clear", summary.clear))
        ]
        pending = summary.unreviewed + summary.contested
        said = say("pdf.big.unreviewed_words" if pending else "pdf.big.decided")
        return [
            *shares,
            {"name": say("pdf.big.unreviewed"), "value": str(pending), "words": said, "asks": bool(pending)},
        ]

    def _kinds(self) -> list[dict[str, Any]]:
        return [
            {
                "colour": COLOURS[each.kind],
                "name": self.words.say(f"kind.{each.kind}"),
                "confirmed": str(each.confirmed),
                "confirmed_s": self.words.number(each.confirmed_s),
                "share": "–" if each.share.value is None else f"{self.words.share(each.share.value)} %",
                "unreviewed": str(each.undecided),
                "dismissed": str(each.dismissed),
            }
            for each in self._in_order()
        ]

    def _in_order(self) -> list[KindFigures]:
        """As in the timeline."""
        return sorted(self.report.integrity.kinds, key=lambda each: list(COLOURS).index(each.kind))

    def _derivation(self) -> list[str]:
        summary = self.report.integrity
        gaps = (summary.gaps,) if summary.gaps.value else ()
        parts = (summary.expected, *gaps, summary.monitored, summary.coverage)
        kinds = [each.share.words for each in self._in_order() if each.confirmed]
        # Where nothing was monitored, the same sentence would be there again and again.
        return list(
            dict.fromkeys([*(each.words for each in parts), *kinds, summary.confirmed.words, summary.clear.words])
        )

    def _violation(self, number: int, each: ReportViolation) -> dict[str, Any]:
        say = self.words.say
        decisions = [
            say(
                "pdf.decided_note" if review.note else "pdf.decided",
                by=who(review.by, self.words)
                if len(each.reviews) == 1 and review.decision == each.review
                else f"{say(f'review.{review.decision}')}: {who(review.by, self.words)}",
                at=self.minute(review.decided_at),
                note=review.note,
            )
            for review in each.reviews
        ]
        if len(each.reviews) < each.reviews_wanted and each.reviews_wanted > 1:
            decisions.append(say("pdf.second", some=len(each.reviews), wanted=each.reviews_wanted))
        if each.grown_at:
            decisions.append(say("pdf.grown", at=self.date_time(each.grown_at)))
        return {
            "number": str(number),
            "time": self.time(each.started_at),
            "lasted": self.words.lasted(each.lasted_s),
            "colour": COLOURS[each.kind],
            "words": each.words,
            "severity": say(f"severity.{each.severity}"),
            "why": self._why(each),
            "evidence": "" if self.report.redacted else self._evidence(each),
            "review": each.review,
            "review_words": say(f"review.{each.review}"),
            "decisions": decisions,
        }

    def _why(self, each: ReportViolation) -> str:
        """Without weights and profile: the last page has them, once."""
        return self.words.why(each.explanation, sources=len(self.report.provenance.profiles) > 1)

    def _evidence(self, each: ReportViolation) -> str:
        if not each.evidence:
            return self.words.say("pdf.evidence.none")
        said = []
        for ref in each.evidence:
            what = self.words.say(f"pdf.evidence.{ref.role}")
            if ref.dropped:
                reason = self.words.say(f"drop.{ref.dropped}")
                what = self.words.say("pdf.evidence.dropped", role=what, reason=reason)
            elif ref.sha256 in each.deleted:
                what = self.words.say("pdf.evidence.deleted", role=what, at=self.minute(each.deleted[ref.sha256]))
            elif not ref.available:
                what = self.words.say("pdf.evidence.coming", role=what)
            said.append(what)
        return self.words.say("pdf.evidence.here", what=", ".join(dict.fromkeys(said)))


def who(person: ReportPerson, said: Words) -> str:
    if person.role in ("booth", "hub"):
        return said.say(f"role.{person.role}")
    return person.name


def printable(value: Any) -> Any:
    """What no font has is gone, and so is what turns the direction of what follows; long words may be broken."""
    if isinstance(value, str):
        return _LONG.sub(lambda match: f"{match[0]}\u200b", _UNPRINTABLE.sub(" ", value))
    if isinstance(value, dict):
        return {key: printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [printable(each) for each in value]
    return value


def _over(box: Any) -> dict[str, Any]:
    left, top, right, bottom = box["xyxy"]
    return {
        "x": left,
        "y": top,
        "w": max(0.0, right - left),
        "h": max(0.0, bottom - top),
        "name": f"{box['label']} {box['score']:.2f}",
        "colour": _BOX_COLOURS.get(box["label"], "#b3261e"),
    }
