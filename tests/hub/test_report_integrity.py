"""The integrity summary: sums that can be made again, whatever comes in; and the time that should be monitored."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from contract.violation import Explanation, Note, ViolationKind
from hub.reports import figures, timeline
from hub.reports.integrity import Judged, summarize
from hub.reports.language import LANGUAGES, TEXTS, words
from hub.reports.spans import Span, joined, seconds, within, without
from hub.reports.timeline import Taken
from hub.views import REVIEW_STATES, UNDECIDED
from hub.views.reports import IntegritySummary
from tests.support.reported import at

HOUR = [Span(at(0), at(3612))]
seconds_of = st.integers(0, 40_000).map(lambda tenths: at(tenths / 10))
spans = st.lists(st.tuples(seconds_of, seconds_of).map(lambda pair: Span(min(pair), max(pair))), max_size=6)


@st.composite
def a_judged(draw: st.DrawFn) -> Judged:
    first, last = sorted((draw(seconds_of), draw(seconds_of)))
    review = draw(st.sampled_from(REVIEW_STATES))
    ended = draw(st.booleans())
    return Judged(draw(st.sampled_from(get_args(ViolationKind))), review, first, last if ended else None)


many = st.lists(a_judged(), max_size=8)


def sums(judged: list[Judged], expected: list[Span], gaps: list[Span]) -> IntegritySummary:
    return summarize(judged, expected, gaps, at(4000))


def away(first: float, last: float, review: str = "confirmed") -> Judged:
    return Judged("looking_away", review, at(first), at(last))


def test_a_sum_is_said_with_what_it_is_made_of() -> None:
    found = [
        away(100, 104.2),
        away(200, 205),
        away(300, 305),
        away(400, 500, "dismissed"),
        away(600, 700, "unreviewed"),
    ]
    summary = summarize(found, HOUR, [], at(3612))
    said = figures.in_words(summary, words("en"), listed=5, in_all=5, lasts_as_of=None)
    assert said.kinds[0].share.words == "Looking away: 3 confirmed, 14.2 s of 3,612 s monitored = 0.39 %"
    assert said.clear.words == "(3,612 s − 14.2 s) of 3,612 s monitored = 99.60 % without a confirmed violation"
    assert (said.unreviewed, said.dismissed, said.kinds[0].undecided_s) == (1, 1, 100.0)
    assert any("Not yet looked at by a person: 1." in note for note in said.notes)
    assert "verdict" in said.notes[0]
    in_german = figures.in_words(summary, words("de"), listed=5, in_all=5, lasts_as_of=None)
    assert in_german.kinds[0].share.words == "Blick abgewandt: 3 bestätigt, 14,2 s von 3.612 s überwacht = 0,39 %"


def test_without_violations_all_is_clear_and_coverage_is_shown() -> None:
    summary = summarize([], HOUR, [Span(at(0), at(612))], at(3612))
    assert (summary.clear.value, summary.coverage.value) == (100.0, 83.05)
    said = figures.in_words(summary, words("en"), listed=0, in_all=0, lasts_as_of=None)
    assert said.coverage.words == "3,000 s monitored of 3,612 s = 83.05 %"
    assert any("For 612 s nobody looked" in note for note in said.notes)


def test_where_nothing_was_monitored_no_share_is_given() -> None:
    for expected, gaps in (([], []), (HOUR, HOUR)):
        summary = summarize([away(10, 20)], expected, gaps, at(3612))
        assert (summary.clear.value, summary.kinds[0].share.value, summary.confirmed.value) == (None, None, 0.0)
        said = figures.in_words(summary, words("en"), listed=1, in_all=1, lasts_as_of=None)
        assert said.clear.words == "Nothing was monitored, so there is no share to give."


def test_a_trifle_is_not_rounded_away() -> None:
    summary = summarize([away(10, 10.1)], HOUR, [], at(3612))
    assert summary.clear.value == 99.99
    said = figures.in_words(summary, words("en"), listed=1, in_all=1, lasts_as_of=None)
    assert said.kinds[0].share.words.endswith("= < 0.01 %")


def test_what_overlaps_counts_once_and_what_nobody_watched_not_at_all() -> None:
    found = [away(100, 200), Judged("no_face", "confirmed", at(150), at(250)), away(3000, 3100)]
    summary = summarize(found, HOUR, [Span(at(240), at(260)), Span(at(2990), at(3200))], at(3612))
    assert summary.confirmed.value == 140.0
    assert [(kind.kind, kind.confirmed_s) for kind in summary.kinds] == [("looking_away", 100.0), ("no_face", 90.0)]


def test_what_lasts_still_lasts_until_now() -> None:
    summary = summarize([Judged("no_face", "confirmed", at(3600), None)], HOUR, [], at(3612))
    assert summary.confirmed.value == 12.0


@given(many, spans, spans)
def test_every_number_is_its_formula(judged: list[Judged], expected: list[Span], gaps: list[Span]) -> None:
    summary = sums(judged, expected, gaps)
    due, blind = summary.expected.value or 0, summary.gaps.value or 0
    assert summary.monitored.value == round(max(0.0, due - blind), 1)
    for kind in summary.kinds:
        inputs = kind.share.inputs
        assert 0 <= inputs["confirmed_s"] <= inputs["monitored_s"]
        if kind.share.value is not None:
            assert kind.share.value == round(100 * inputs["confirmed_s"] / inputs["monitored_s"], 2)
    for figure in (summary.clear, summary.coverage):
        assert figure.value is None or 0 <= figure.value <= 100
    if summary.clear.value == 100:
        assert summary.confirmed.value == 0


@given(many, spans, spans, a_judged())
def test_more_confirmed_time_never_raises_the_share(
    judged: list[Judged], expected: list[Span], gaps: list[Span], more: Judged
) -> None:
    before = sums(judged, expected, gaps).clear.value
    after = sums([*judged, replace(more, review="confirmed")], expected, gaps).clear.value
    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before


@given(many, spans, spans, a_judged())
def test_what_is_dismissed_or_not_looked_at_changes_no_sum(
    judged: list[Judged], expected: list[Span], gaps: list[Span], more: Judged
) -> None:
    before = sums(judged, expected, gaps)
    for review in ("dismissed", *UNDECIDED):
        after = sums([*judged, replace(more, review=review)], expected, gaps)
        assert (after.clear, after.confirmed, after.coverage) == (before.clear, before.confirmed, before.coverage)
        shares = {kind.kind: kind.share for kind in after.kinds}
        assert all(shares[kind.kind] == kind.share for kind in before.kinds)


@given(many, spans, spans, st.randoms())
def test_order_does_not_matter(judged: list[Judged], expected: list[Span], gaps: list[Span], chance: Random) -> None:
    before = sums(judged, expected, gaps)
    for each in (judged, expected, gaps):
        chance.shuffle(each)
    assert sums(judged, expected, gaps) == before


@given(many, spans, spans, spans)
def test_a_gap_never_raises_coverage(
    judged: list[Judged], expected: list[Span], gaps: list[Span], more: list[Span]
) -> None:
    before, after = sums(judged, expected, gaps).coverage.value, sums(judged, expected, [*gaps, *more]).coverage.value
    assert before is None or (after is not None and after <= before)


@given(spans, spans)
def test_spans_are_cut_and_joined_without_loss(some: list[Span], others: list[Span]) -> None:
    whole, both, rest = joined(some), within(some, others), without(some, others)
    assert all(before.last < after.first for before, after in pairwise(whole))
    assert abs(seconds(both) + seconds(rest) - seconds(whole)) < 1e-6
    assert within(both, others) == both
    assert within(rest, others) == []


def test_both_languages_say_the_same_things() -> None:
    found = {each: set(words(each).texts) for each in LANGUAGES}
    assert {path.stem for path in TEXTS.glob("*.json")} == found.keys()
    extra = {key for key in found["de"] ^ found["en"] if not key.startswith("reason.")}
    assert not extra, f"in one language only: {extra}"


# --- when somebody should have looked ---


def steps(*rows: tuple[float, str, str, str | None]) -> list[Taken]:
    return [Taken(at(second), action, state, booth) for second, action, state, booth in rows]


def shown(some: tuple[Span, ...]) -> list[tuple[float, float]]:
    def since(time: datetime) -> float:
        return (time - at(0)) / timedelta(seconds=1)

    return [(since(first), since(last)) for first, last in some]


def test_monitored_is_from_admission_to_the_end_without_what_stood_still() -> None:
    line = timeline.read(
        steps(
            (-9000, "schedule", "scheduled", "a"),
            (-400, "code_accepted", "scheduled", "a"),
            (-300, "ready", "checked_in", "a"),
            (0, "admit", "admitted", "a"),
            (10, "started", "in_progress", "a"),
            (500, "break_asked", "in_progress", "a"),
            (600, "break", "on_break", "a"),
            (650, "extend", "on_break", "a"),
            (700, "end_break", "in_progress", "a"),
            (800, "pause", "paused", "a"),
            (810, "move", "paused", "b"),
            (900, "resume", "in_progress", "b"),
            (1000, "complete", "completed", "b"),
            (5000, "calibrated", "completed", "b"),
            (5001, "late_step", "completed", "a"),
        ),
        at(9999),
    )
    assert shown(line.expected) == [(0, 10), (10, 600), (700, 800), (900, 1000)]
    assert [state for state, _ in line.standing] == ["on_break", "paused"]
    assert shown(tuple(span for _, span in line.standing)) == [(600, 700), (800, 900)]
    assert [stay.booth_id for stay in line.stays] == ["a", "b"]
    assert shown(tuple(stay.span for stay in line.stays)) == [(-400, 810), (810, 1000)]
    assert (line.code_at, line.admitted_at) == (at(-400), at(0))


def test_what_a_booth_tells_late_moves_nothing() -> None:
    line = timeline.read(
        steps(
            (-400, "code_accepted", "scheduled", "a"),
            (-390, "notice_acknowledged", "in_progress", "a"),
            (-380, "late_step", "in_progress", "z"),
            (0, "admit", "admitted", "a"),
            (10, "start", "in_progress", "a"),
        ),
        at(100),
    )
    assert shown(line.expected) == [(0, 10), (10, 100)]


def test_nobody_was_expected_where_nobody_came() -> None:
    line = timeline.read(steps((-9000, "schedule", "scheduled", "a"), (900, "no_show", "no_show", "a")), at(9999))
    assert (line.expected, line.stays, line.admitted_at) == ((), (), None)
    assert timeline.read([], at(0)).expected == ()


def test_why_says_what_else_was_seen_in_each_language_and_a_newer_booths_word_as_it_is() -> None:
    seen = Explanation(measured=0, unit="faces", hold_s=1, frames=9, profile="strict", profile_version=1)
    for language in LANGUAGES:
        assert {f"why.note.{note}" for note in get_args(Note)} <= words(language).texts.keys()
    body = seen.model_copy(update={"note": "body_without_face"})
    assert "; a body is seen, its face is not; had to last 1 s" in words("en").why(body, sources=False)
    assert "; ein Körper ist zu sehen, sein Gesicht nicht; " in words("de").why(body, sources=False)
    assert "; mask worn; " in words("en").why(seen.model_copy(update={"note": "mask_worn"}), sources=False)
