"""The sums of an integrity summary as sentences, and what it cannot say."""

from datetime import datetime

from hub.reports.language import Words
from hub.views.reports import Figure, IntegritySummary, KindFigures


def in_words(
    summary: IntegritySummary, words: Words, *, listed: int, in_all: int, lasts_as_of: datetime | None
) -> IntegritySummary:
    """`listed` of `in_all` violations are in the sums; `lasts_as_of` where the exam session is not over."""
    return summary.model_copy(
        update={
            "expected": _said(summary.expected, "expected", words),
            "gaps": _said(summary.gaps, "gaps", words),
            "monitored": _said(summary.monitored, "monitored", words),
            "coverage": _said(summary.coverage, "coverage", words),
            "confirmed": _said(summary.confirmed, "confirmed", words),
            "clear": _said(summary.clear, "clear", words),
            "kinds": tuple(_kind(each, words) for each in summary.kinds),
            "notes": tuple(_notes(summary, words, listed, in_all, lasts_as_of)),
        }
    )


def _said(figure: Figure, name: str, words: Words) -> Figure:
    if figure.value is None:
        return figure.model_copy(update={"words": words.say("figure.nothing")})
    numbers = {key: words.number(value) for key, value in figure.inputs.items()}
    value = words.share(figure.value) if figure.unit == "%" else words.number(figure.value)
    return figure.model_copy(update={"words": words.say(f"figure.{name}", value=value, **numbers)})


def _kind(kind: KindFigures, words: Words) -> KindFigures:
    name = words.say(f"kind.{kind.kind}")
    if kind.share.value is None:
        said = words.say("figure.nothing")
    elif kind.confirmed == 0:
        said = words.say("figure.kind_none", kind=name)
    else:
        value = words.share(kind.share.value)
        if kind.share.value == 0 and kind.confirmed_s:
            value = f"< {words.share(0.01)}"
        said = words.say(
            "figure.kind",
            kind=name,
            count=kind.confirmed,
            confirmed_s=words.number(kind.confirmed_s),
            monitored_s=words.number(kind.share.inputs["monitored_s"]),
            value=value,
        )
    return kind.model_copy(update={"share": kind.share.model_copy(update={"words": said})})


def _notes(
    summary: IntegritySummary, words: Words, listed: int, in_all: int, lasts_as_of: datetime | None
) -> list[str]:
    found = [words.say("note.not_a_verdict")]
    if not summary.monitored.value:
        found.append(words.say("note.nothing_monitored"))
    if summary.unreviewed:
        found.append(words.say("note.unreviewed", count=summary.unreviewed))
    if summary.contested:
        found.append(words.say("note.contested", count=summary.contested))
    if summary.gaps.value:
        found.append(words.say("note.gaps", gaps_s=words.number(summary.gaps.value)))
    if in_all > listed:
        found.append(words.say("note.truncated", listed=listed, all=in_all))
    if lasts_as_of is not None:
        found.append(words.say("note.open", as_of=f"{lasts_as_of:%Y-%m-%d %H:%M:%S} UTC"))
    return found
