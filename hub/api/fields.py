"""Kinds of fields that requests have in common."""

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints


def _on_one_line(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("no control characters, on one line")
    return text


def _of_letters(text: str) -> str:
    if any(ord(letter) < 32 and letter not in "\n\r\t" for letter in text):
        raise ValueError("no control characters")
    return text


def _between(when: AwareDatetime) -> AwareDatetime:
    if not 2000 <= when.year < 2200:
        raise ValueError("a year from 2000 to 2199")
    return when


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_on_one_line)
]
LongName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160), AfterValidator(_on_one_line)
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_of_letters)]
Words = Annotated[str, StringConstraints(max_length=8000), AfterValidator(_of_letters)]
When = Annotated[AwareDatetime, AfterValidator(_between)]
ProfileChoice = Annotated[
    str,
    Field(min_length=1, max_length=60, description="of a rule profile, built in or made here"),
]

Cursor = Annotated[str | None, Query(max_length=2000, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=100, description="beginnings of words of a candidate's name or number")]
