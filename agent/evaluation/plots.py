"""Time lines and threshold curves as SVG: the only file that imports matplotlib, and without its global state."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import Any, Final

import matplotlib
from matplotlib.figure import Figure

from agent.evaluation.labels import CLASSES, LabelledVideo
from agent.evaluation.score import Counts, Found, truth
from agent.evaluation.spans import touches, widen
from agent.evaluation.sweep import Curve

LABELLED, FOUND, FALSE, NOT_SCORED = "#9db8d9", "#2f7d4f", "#c8372d", "#a3a8af"
FADED, INK = "#c9ccd1", "#22262b"
COLUMNS: Final = 3
STYLE: Final[Any] = {
    "font.size": 9,
    "font.family": "sans-serif",
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a9099",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": "#5b626b",
    "ytick.color": INK,
}
"""Any, because matplotlib types a style's keys one by one."""


def readable(name: str) -> str:
    """A class as people call it: `object:cell phone` is a cell phone."""
    return name.removeprefix("object:").replace("_", " ")


def timeline(video: LabelledVideo, found: Mapping[str, Sequence[Found]], counts: Mapping[str, Counts]) -> bytes:
    """What was labelled and what was found in one video, a row for each class that occurs in either."""
    expected = truth(video)
    rows = [name for name in CLASSES if expected[name].events or found[name]] or [CLASSES[0]]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10, 0.7 + 0.42 * len(rows)), layout="constrained")
        axes = figure.subplots()
        for row, name in enumerate(rows):
            axes.broken_barh(_bars(expected[name].care_not), (row - 0.42, 0.84), color="#f1f2f4", lw=0)
            axes.broken_barh(_bars(expected[name].events), (row - 0.36, 0.36), color=LABELLED, lw=0)
            false = {span for _, span in counts[name].false}
            for item in found[name]:
                matches = touches(item.span, widen(expected[name].events, video.grace_s))
                colour = FALSE if item.span in false else FOUND if matches else NOT_SCORED
                axes.broken_barh(_bars([item.span]), (row + 0.02, 0.3), color=colour, lw=0)
                axes.plot([item.opened_s] * 2, (row + 0.02, row + 0.38), color=INK, lw=1)
            for _, (start, end) in counts[name].missed:
                axes.text((start + end) / 2, row + 0.2, "missed", color=FALSE, ha="center", va="center", fontsize=8)
        axes.set_yticks(range(len(rows)), [readable(name) for name in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, video.duration)
        axes.set_xlabel("seconds")
        axes.tick_params(axis="y", length=0)
        return _svg(figure)


def curves(swept: Sequence[Curve]) -> bytes:
    """Recall and F1 over each threshold, false alarms as numbers below, the value in force as a line."""
    rows = max(1, ceil(len(swept) / COLUMNS))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10, 2.3 * rows), layout="constrained")
        panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
        for axes in panels[len(swept) :]:
            axes.set_visible(False)
        for axes, curve in zip(panels, swept, strict=False):
            values = [value for value, _ in curve.points]
            axes.axvline(curve.current, color=FADED, lw=5, zorder=0)
            axes.plot(values, [counts.recall for _, counts in curve.points], color="#2b62a3", lw=1.5, label="recall")
            axes.plot(values, [counts.f1 for _, counts in curve.points], color=FOUND, lw=1.5, ls="--", label="F1")
            for value, counts in curve.points:
                colour = FALSE if counts.false_alarms else "#8a9099"
                axes.text(value, -0.2, str(counts.false_alarms), color=colour, ha="center", va="center", fontsize=7)
            axes.set_ylim(-0.3, 1.06)
            axes.set_yticks((0, 0.5, 1))
            title = readable(curve.scored) + " · " + curve.threshold.split()[0].removesuffix("_deg").replace("_", " ")
            axes.set_title(f"{title.removesuffix(' s')} ({curve.unit})", loc="left", fontsize=9)
        if swept:
            panels[0].legend(frameon=False, fontsize=8, loc="center right")
        return _svg(figure)


def _bars(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """As matplotlib wants them: start and length."""
    return [(start, end - start) for start, end in spans]


def _svg(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
