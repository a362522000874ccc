"""Valid input made bad: bytes flipped, cut, doubled and spliced; documents whose values are swapped for others.

Every function takes a `random.Random`, so that the number of a case makes the case again.
"""

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Final

ODD_BYTES: Final = (
    b"\0",
    b"\xff" * 8,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\r\n\r\n",
    b"%s%n",
    b"../../../etc/passwd",
    b"[" * 3000,
    b'{"a":' * 2000,
    b"9" * 5000,
)
ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    1,
    2**31,
    2**53,
    2**53 + 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**400,
    0.1,
    -0.0,
    1e308,
    5e-324,
    "",
    " ",
    "\0",
    "\u202e",
    "é" * 200,
    "😀",
    "x" * 5000,
    "9" * 5000,
    "NaN",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "2026-02-30T00:00:00Z",
    "2026-03-02T12:00:00",
    "2026-03-02T12:00:00.123456789Z",
    "00000000-0000-0000-0000-000000000000",
    "0" * 64,
    "../../etc/passwd",
    "booth-1",
    "candidate:",
    [],
    {},
    [[]],
    ["x"] * 300,
    [None] * 300,
    {"type": "checkpoint"},
    {str(number): number for number in range(100)},
)


TIMES: Final = (
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "1601-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2000-02-29T23:59:60Z",
    "2026-03-02T12:00:00+14:00",
    "2026-03-29T02:30:00+01:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-23:59",
)


def bytes_of(rng: random.Random, seed: bytes, others: Sequence[bytes] = ()) -> bytes:
    """One to four things done to the bytes."""
    data = bytearray(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        rng.choice(_BYTE_WAYS)(rng, data, others)
    return bytes(data)


def document_of(rng: random.Random, seed: Any, others: Sequence[Any] = ()) -> Any:
    """A document like `seed` (what JSON or TOML can say) with one to three values that are others."""
    document = deepcopy(seed)
    for _ in range(rng.choice((1, 1, 2, 3))):
        places = list(_places(document))
        if not places:
            return rng.choice(ODD_VALUES)
        holder, key = rng.choice(places)
        rng.choice(_DOCUMENT_WAYS)(rng, holder, key, others)
    return document


def as_json(document: Any) -> bytes:
    """With what Python's own writer would refuse: numbers that are none, halves of letters."""
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _flip(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _replace(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at : at + rng.randint(0, 16)] = rng.choice(ODD_BYTES)


def _noise(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    length = rng.randint(1, 32)
    data[at : at + length] = rng.randbytes(length)


def _cut(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _remove(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.randint(1, 64)]


def _double(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if len(data) < 1_000_000:
        at = rng.randrange(len(data) + 1)
        data[at:at] = data[at : at + rng.randint(1, 200)] * rng.choice((1, 1, 3, 30))


def _splice(rng: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    """The beginning of this, the end of another."""
    if others:
        other = rng.choice(others)
        data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other) + 1) :]


def _number(rng: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """A field of two, four or eight bytes becomes a number that lengths and offsets should not be."""
    width = rng.choice((2, 4, 8))
    if len(data) >= width:
        at, most = rng.randrange(len(data) - width + 1), 2 ** (8 * width)
        value = rng.choice((0, 1, most // 2 - 1, most // 2, most - 1, rng.randrange(most), len(data)))
        data[at : at + width] = (value % most).to_bytes(width, rng.choice(("big", "little")))


_BYTE_WAYS: Final[tuple[Callable[[random.Random, bytearray, Sequence[bytes]], None], ...]] = (
    _flip,
    _flip,
    _replace,
    _noise,
    _cut,
    _remove,
    _double,
    _splice,
    _number,
)


def _places(document: Any) -> "list[tuple[Any, Any]]":
    """Every value in it, as what holds it and its key."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for key, value in items:
            found.append((holder, key))
            waiting.append(value)
    return found


def _other_value(rng: random.Random, holder: Any, key: Any, _: Sequence[Any]) -> None:
    holder[key] = deepcopy(rng.choice(ODD_VALUES))


def _same_kind(rng: random.Random, holder: Any, key: Any, _: Sequence[Any]) -> None:
    """A number for a number, a text for a text, a time for a time: what passes more often, and so comes farther."""
    value = holder[key]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and "T" in value:
        holder[key] = rng.choice(TIMES)
    elif isinstance(value, bool) or value is None:
        holder[key] = rng.choice((True, False, None))
    elif isinstance(value, str):
        holder[key] = rng.choice([odd for odd in ODD_VALUES if isinstance(odd, str)])
    elif isinstance(value, int | float):
        holder[key] = rng.choice((0, 1, 2, 90, 1000, 2**31 - 1, 2**40, 2**53, -1, 0.5, 1e-9, 1e300, -value))
    elif isinstance(value, list):
        holder[key] = (value * 100)[: rng.choice((0, 1, 2, 20, 300))]


def _without(_: random.Random, holder: Any, key: Any, __: Sequence[Any]) -> None:
    del holder[key]


def _swapped(rng: random.Random, holder: Any, key: Any, _: Sequence[Any]) -> None:
    other = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


def _repeated(rng: random.Random, holder: Any, key: Any, _: Sequence[Any]) -> None:
    if isinstance(holder[key], list | str) and len(holder[key]) < 5000:
        holder[key] = holder[key] * rng.choice((2, 10, 100))
    else:
        holder[key] = [holder[key]] * rng.choice((1, 3, 100))


def _nested(rng: random.Random, holder: Any, key: Any, _others: Sequence[Any]) -> None:
    for _ in range(rng.choice((1, 5, 200))):
        holder[key] = rng.choice(([holder[key]], {"type": holder[key]}))


def _changed_text(rng: random.Random, holder: Any, key: Any, _: Sequence[Any]) -> None:
    """A string with letters changed, a number with digits changed."""
    value = holder[key]
    if isinstance(value, str):
        letters = list(value)
        at = rng.randrange(len(letters) + 1)
        letters[at : at + rng.randint(0, 2)] = rng.choice(("\0", "\ud800", "0", "9", "-", "Z", "é", "/", "a=", "\n"))
        holder[key] = "".join(letters)
    elif isinstance(value, int | float):
        holder[key] = rng.choice((-value, value * 1000, value + 1, value - 1, repr(value)))


def _from_another(rng: random.Random, holder: Any, key: Any, others: Sequence[Any]) -> None:
    """What stands somewhere in another document."""
    if others:
        other = rng.choice(others)
        places = _places(other)
        holder[key] = deepcopy(other if not places else (lambda place: place[0][place[1]])(rng.choice(places)))


_DOCUMENT_WAYS: Final[tuple[Callable[[random.Random, Any, Any, Sequence[Any]], None], ...]] = (
    _same_kind,
    _same_kind,
    _same_kind,
    _other_value,
    _other_value,
    _without,
    _swapped,
    _repeated,
    _nested,
    _changed_text,
    _changed_text,
    _from_another,
)
