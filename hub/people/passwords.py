"""Passwords: how they are kept, and which are good enough.

Argon2id with the library's parameters; where those change, a password is hashed anew when its owner next signs in.
"""

import secrets
from functools import cache
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn import zxcvbn

from hub.errors import RefusedError
from hub.views.credentials import Weakness

SHORTEST: Final = 12
"""NIST SP 800-63B-4 asks for 15 where a password is all there is and 8 beside a second factor; guesses are limited."""
LOOKED_AT: Final = 72
"""Letters that are judged: the judge's time grows with the length."""
GOOD: Final = 3
"""Of zxcvbn's 0 to 4: at least 10^8 guesses, however the password is made."""

_HASHER: Final = PasswordHasher()


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    return _HASHER.check_needs_rehash(password_hash)


_WEAKNESSES: Final[tuple[tuple[str, Weakness], ...]] = (
    ("keys", "keyboard"),
    ("keyboard", "keyboard"),
    ("Repeats", "repeated"),
    ("Sequences", "sequence"),
    ("years", "date"),
    ("Dates", "date"),
    ("Names", "name"),
    ("names", "name"),
    ("word by itself", "word"),
    ("password", "common"),
)
"""By what zxcvbn's warning says; the first that fits."""


class Judgement(NamedTuple):
    """`score` is zxcvbn's; `why` is None for a password that is good enough."""

    score: int
    why: Weakness | None
    warning: str


def judge(password: str, *about: str) -> Judgement:
    """How soon it is guessed, also by who knows what it is `about`. Takes some milliseconds of a core."""
    known = [word for text in (*about, "invigil") for word in (text, *text.split(), "".join(text.split()))]
    if not password:  # the judge looks for a first letter
        return Judgement(0, "too_short", "")
    judged = zxcvbn(password[:LOOKED_AT], user_inputs=known)
    score, warning = int(judged["score"]), judged["feedback"]["warning"] or ""
    if len(password) < SHORTEST:
        return Judgement(min(score, GOOD - 1), "too_short", warning)
    if score >= GOOD:
        return Judgement(score, None, "")
    return Judgement(score, next((why for part, why in _WEAKNESSES if part in warning), "guessable"), warning)


def check_password(password: str, *about: str) -> None:
    """Raises `RefusedError` for one that is short or soon guessed."""
    judged = judge(password, *about)
    if judged.why == "too_short":
        raise RefusedError(422, "The password is too short", f"use at least {SHORTEST} characters")
    if judged.why is not None:
        why = judged.warning or "it is soon guessed"
        raise RefusedError(422, "The password is too weak", f"{why.rstrip('.')}; use several words that do not belong")


def generate_password() -> str:
    """Four groups that can be read aloud: 80 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


@cache
def nobodys_hash() -> str:
    """What a password is compared with where there is no such person, so that it takes as long."""
    return _HASHER.hash(secrets.token_urlsafe())
