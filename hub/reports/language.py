"""Words and numbers of a report, in the reader's language. The words are in `texts/`, one file a language."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, get_args

from contract.violation import Explanation, Violation
from hub.views.reports import Language

TEXTS: Final = Path(__file__).parent / "texts"
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_UNITS: Final = {"deg": "°", "faces": "", "score": "", "probability": "", "similarity": ""}
"""How units of measured values are written; others stand as they are."""


@dataclass(frozen=True)
class Words:
    """One language. A key without words is a fault of ours and a `KeyError`, but for what others may add to: labels of
    objects, reasons, actions and weights fall back to what they are called in the data."""

    language: Language
    texts: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values)

    def find(self, key: str, otherwise: str) -> str:
        return self.texts.get(key, otherwise)

    def number(self, value: float, decimals: int = 1) -> str:
        """With separators; a whole number without decimals."""
        text = f"{value:,.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.translate(str.maketrans(",.", ".,")) if self.language == "de" else text

    def share(self, percent: float) -> str:
        """To a hundredth of a percent, always with both decimals: columns of them are compared."""
        text = f"{percent:.2f}"
        return text.replace(".", ",") if self.language == "de" else text

    def lasted(self, seconds: float) -> str:
        """`4.2 s`, `3 min 05 s`, `1 h 02 min`."""
        if round(seconds, 1) < 60:
            return f"{self.number(seconds)} s"
        minutes, rest = divmod(round(seconds), 60)
        if minutes < 60:
            return f"{minutes} min {rest:02d} s"
        return f"{minutes // 60} h {minutes % 60:02d} min"

    def violation(self, violation: Violation, lasted_s: float) -> str:
        """What happened, as a sentence."""
        lasted = self.lasted(lasted_s)
        if violation.ended_at is None:
            lasted = self.say("said.lasts", lasted=lasted)
        label, explained = violation.label or "", violation.explanation
        key, said = str(violation.kind), ""
        if key == "looking_away":
            said = self.find(f"label.{label}", self.texts["label.away"])
            key = "eyes_away" if explained.rule == "eyes_away" else key
        elif key == "prohibited_object":
            said = self.find(f"label.{label}", label.capitalize() or self.texts["label.object"])
        elif key == "speech" and label in ("candidate", "other"):
            key = f"speech_{label}"
        seen = explained.measured if explained.unit in ("", "faces") else None
        count = f"{seen:.0f}" if seen is not None and seen >= 2 else self.texts["said.several"]
        return self.say(f"said.{key}", lasted=lasted, label=said, count=count)

    def why(self, explained: Explanation, *, sources: bool = True) -> str:
        """Why the rule raised it, in numbers that a reviewer can check; with `sources` by which weights and profile."""
        parts = []
        if explained.measured is not None:
            unit = _UNITS.get(explained.unit, f" {explained.unit}" if explained.unit else "")
            decimals = 1 if unit == "°" or abs(explained.measured) >= 10 else 2
            measured = self.number(explained.measured, decimals) + unit
            if explained.limit is None:
                parts.append(self.say("why.seen", measured=measured))
            else:
                limit = self.number(explained.limit, decimals) + unit
                parts.append(self.say("why.measured", measured=measured, limit=limit))
        if explained.note is not None:  # a booth may know more than this hub
            parts.append(self.find(f"why.note.{explained.note}", explained.note.replace("_", " ")))
        parts.append(self.say("why.hold", hold=self.lasted(explained.hold_s)))
        parts.append(self.say("why.frames", frames=explained.frames))
        if explained.parts > 1:
            parts.append(self.say("why.parts", parts=explained.parts))
        if explained.escalated_after_s is not None:
            parts.append(self.say("why.escalated", after=self.lasted(explained.escalated_after_s)))
        if sources:
            models = ", ".join(sorted(explained.models))
            parts.append(self.say("why.models", models=models) if models else self.texts["why.no_models"])
            parts.append(self.say("why.profile", profile=explained.profile, version=explained.profile_version))
        sentence = "; ".join(parts)
        return sentence[0].upper() + sentence[1:] + "."


@cache
def words(language: Language) -> Words:
    return Words(language, json.loads((TEXTS / f"{language}.json").read_text("utf-8")))
