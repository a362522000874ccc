"""The gate that everything in a support bundle passes: no secrets, no names of people, no identifiers of theirs."""

import re
from collections.abc import Collection
from typing import Any, Final

from contract.blots import BLOT, blot, is_secret_name

_UUID: Final = re.compile(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
"""Of exam sessions, violations, messages: who has the hub could look up whose they are."""
_HOME: Final = re.compile(r"(/home/)[^/\s\"']+")
_PEM_BEGINS, _PEM_ENDS = "-----BEGIN ", "-----END "
LINE_CHARS: Final = 500


class Gate:
    """`names`: words of people that this device knows; parts of a name count as well."""

    def __init__(self, names: Collection[str] = ()) -> None:
        words = {word for name in names for word in _words(name)}
        alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        # Letters and digits around it make another word of it; anything else, an underscore too, does not.
        self._names = re.compile(rf"(?i)(?<![^\W_])(?:{alternatives})(?![^\W_])") if words else None

    def text(self, text: str) -> str:
        """Line by line; what lies between the two lines of a PEM is left out, however its lines look."""
        lines, inside = list[str](), False
        for line in text.splitlines():
            begins = _PEM_BEGINS in line
            if inside or begins:
                if begins:
                    lines.append(self._line(line.partition(_PEM_BEGINS)[0]) + BLOT)
                inside = _PEM_ENDS not in line
                continue
            lines.append(self._line(line))
        return "\n".join(lines)

    def value(self, value: Any) -> Any:
        """The same of a JSON value; what a secret's name leads to goes whole."""
        if isinstance(value, dict):
            return {
                self._line(str(key)): BLOT if is_secret_name(str(key)) else self.value(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def _line(self, line: str) -> str:
        plain = "".join(letter if letter.isprintable() else " " for letter in line)
        plain = _HOME.sub(rf"\1{BLOT}", _UUID.sub(BLOT, plain))
        if self._names is not None:
            plain = self._names.sub(BLOT, plain)
        return blot(plain)[:LINE_CHARS]


def _words(name: str) -> list[str]:
    """The whole, and of a short one its parts: `Ada Byron`, `Ada`, `Byron`."""
    whole = " ".join(name.split())
    parts = whole.split() if len(whole.split()) <= 5 else []
    return [word for word in (whole, *parts) if len(word) >= 3]
