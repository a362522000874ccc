"""One page that shows a whole evaluation: tables, time lines, threshold curves, every miss and false alarm.

Everything lies in the file itself, so that it can be sent around; there is no script in it.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from agent.evaluation.plots import readable
from agent.evaluation.score import Counts

STYLE: Final = """
:root { color-scheme: light; --ink: #22262b; --soft: #5b626b; --line: #dfe2e6; --bad: #c8372d; --good: #2f7d4f }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 62rem; margin: 2.5rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem }
h3 { font-size: .9rem; margin: 1rem 0 0 } p { margin: .3rem 0 .8rem }
.soft { color: var(--soft) } .bad { color: var(--bad) }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 } dt { color: var(--soft); font-size: .85rem }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
th { font-weight: 500; color: var(--soft); font-size: .85rem } th:first-child, td:first-child { text-align: left }
img { max-width: 100%; height: auto } figure { margin: 0 } figcaption { font-size: .9rem; color: var(--soft) }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1.25rem }
.cards img { border-radius: 6px; display: block }
"""

COLUMNS: Final = (
    ("labelled", "events", "{}"),
    ("found", "hits", "{}"),
    ("recall", "recall", "{:.2f}"),
    ("false alarms", "false_alarms", "{}"),
    ("precision", "precision", "{:.2f}"),
    ("F1", "f1", "{:.2f}"),
    ("delay, median s", "ttd_median_s", "{:.2f}"),
    ("longest s", "ttd_max_s", "{:.2f}"),
    ("overlap (IoU)", "timeline_iou", "{:.2f}"),
    ("direction right", "direction_accuracy", "{:.2f}"),
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A miss or a false alarm, with its picture."""

    what: str
    where: str
    jpeg: bytes
    file: str


@dataclass(frozen=True, slots=True)
class Page:
    profile: str
    overall: Mapping[str, Any]
    classes: Mapping[str, Counts]
    timelines: Sequence[tuple[str, bytes]]
    curves: bytes | None
    mistakes: Sequence[Mistake]
    notes: Sequence[str]

    def html(self) -> str:
        parts = [
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width"><title>Evaluation</title>',
            f"<style>{STYLE}</style><h1>How well the rules do</h1>",
            f'<p class="soft">Profile {escape(self.profile)}, {len(self.timelines)} video(s), '
            f"{self.overall['hours'] * 60:.1f} minutes, {self.overall['events']} labelled events.</p>",
            *(f'<p class="bad">{escape(note)}</p>' for note in self.notes),
            self._summary(),
            "<h2>Each rule</h2>",
            self._table(),
            "<h2>Misses and false alarms</h2>",
            self._cards(),
            "<h2>When</h2>",
            '<p class="soft">Blue: labelled. Green: found, with a tick where the rule decided. Red: false alarm. '
            "Grey: not scored, because the labels leave it open.</p>",
            *(f"<h3>{escape(name)}</h3>{_image('svg+xml', svg, name)}" for name, svg in self.timelines),
        ]
        if self.curves is not None:
            parts += [
                "<h2>Other thresholds</h2>",
                '<p class="soft">One threshold varied at a time on the same observations; the grey line is the value '
                "in force, the numbers below are false alarms. A threshold chosen on these videos is fitted to them: "
                "try it on others.</p>",
                _image("svg+xml", self.curves, "Recall and F1 over each threshold"),
            ]
        return "\n".join(parts) + "\n"

    def _summary(self) -> str:
        o = self.overall
        figures = (
            ("macro F1", cell(o["macro_f1"])),
            ("events found", f"{o['hits']} of {o['events']}"),
            ("false alarms", str(o["false_alarms"])),
            ("time to detect, median", cell(o["ttd_median_s"], "{:.1f} s")),
            ("longest", cell(o["ttd_max_s"], "{:.1f} s")),
            ("mean overlap", cell(o["mean_timeline_iou"])),
        )
        return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures) + "</dl>"

    def _table(self) -> str:
        head = "".join(f"<th>{title}</th>" for title, _, _ in COLUMNS)
        rows = []
        for name, counts in self.classes.items():
            values = counts.as_dict()
            cells = "".join(f"<td>{cell(values[key], form)}</td>" for _, key, form in COLUMNS)
            rows.append(f"<tr><td>{escape(readable(name))}</td>{cells}</tr>")
        return f"<table><tr><th>rule</th>{head}</tr>{''.join(rows)}</table>"

    def _cards(self) -> str:
        if not self.mistakes:
            return "<p>None.</p>"
        cards = [_figure("jpeg", item.jpeg, f"{item.what}, {item.where}") for item in self.mistakes]
        return f'<div class="cards">{"".join(cards)}</div>'


def cell(value: float | None, form: str = "{:.2f}") -> str:
    """A figure, or a dash where there is nothing to measure."""
    return "–" if value is None else form.format(value)


def _figure(kind: str, data: bytes, text: str) -> str:
    return f"<figure>{_image(kind, data, text)}<figcaption>{escape(text)}</figcaption></figure>"


def _image(kind: str, data: bytes, text: str) -> str:
    return f'<img src="data:image/{kind};base64,{b64encode(data).decode()}" alt="{escape(text)}">'
