"""Candidates, and the words they are searched by."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.cursor import format_cursor
from hub.tables import candidate_words, candidates, exam_sessions
from hub.views import Candidate, CandidateList

WORD_LETTERS: Final = 60
WORDS_ASKED: Final = 5
AT_ONCE: Final = 500
_LAST: Final = "\U0010ffff"
_ACCOMMODATED: Final = or_(
    candidates.c.extra_time_percent > 0, candidates.c.rules_off != "[]", candidates.c.accommodation_note != ""
)


def terms(text: str) -> list[str]:
    """What stands between spaces, lower case, without accents and without punctuation around it, each once: what is
    searched for."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(letter if letter.isprintable() else " " for letter in plain if not unicodedata.combining(letter))
    found = (re.sub(r"^\W+|\W+$", "", term)[:WORD_LETTERS] for term in plain.split())
    return list(dict.fromkeys(term for term in found if term))


def words(text: str) -> list[str]:
    """What is stored of a name and a number: each term, and the words it is put together from."""
    parts = (part for term in terms(text) for part in (term, *re.findall(r"\w+", term)))
    return list(dict.fromkeys(parts))


def matching(text: str) -> list[Select[UUID]]:
    """One selection of candidates for each word of a search: those with a word that begins with it."""
    column = candidate_words.c.word
    return [
        select(candidate_words.c.candidate_id).where(column >= word, column < word + _LAST)
        for word in terms(text)[:WORDS_ASKED]
    ]


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    for some in _chunks(rows):
        await connection.execute(insert(candidates), [_kept(row) for row in some])
    await _write_words(connection, rows)


async def change(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """`row` has all columns."""
    candidate_id = row["candidate_id"]
    values = {name: value for name, value in _kept(row).items() if name != "candidate_id"}
    await connection.execute(update(candidates).where(candidates.c.candidate_id == candidate_id).values(values))
    await connection.execute(delete(candidate_words).where(candidate_words.c.candidate_id == candidate_id))
    await _write_words(connection, [row])


async def remove(connection: AsyncConnection, candidate_id: UUID) -> None:
    await connection.execute(delete(candidates).where(candidates.c.candidate_id == candidate_id))


async def has_exam_sessions(connection: AsyncConnection, candidate_id: UUID) -> bool:
    statement = select(exists().where(exam_sessions.c.candidate_id == candidate_id))
    return bool((await connection.execute(statement)).scalar_one())


async def find(connection: AsyncConnection, candidate_id: UUID) -> Candidate | None:
    row = (await connection.execute(select(candidates).where(candidates.c.candidate_id == candidate_id))).one_or_none()
    return _view(row) if row else None


async def numbered(connection: AsyncConnection, numbers: Iterable[str]) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for some in _chunks(list(numbers)):
        rows = await connection.execute(select(candidates).where(candidates.c.number.in_(some)))
        found |= {row.number: _view(row) for row in rows}
    return found


async def page(
    connection: AsyncConnection,
    q: str,
    after: tuple[str, UUID] | None,
    limit: int,
    scope: Sequence[str] | None = None,
    sort: str = "name",
    accommodated: bool | None = None,
) -> CandidateList:
    """By name or number, with `-` from the end; of those with an exam session in a scope of booths. Of a search: whose
    name or number has words that begin with all of its words."""
    key, column, falls = candidates.c.candidate_id, candidates.c[sort.removeprefix("-")], sort.startswith("-")
    order = (column.desc(), key.desc()) if falls else (column, key)
    statement = select(candidates).order_by(*order).limit(limit + 1)
    conditions: list[ColumnElement[bool]] = [candidates.c.candidate_id.in_(some) for some in matching(q)]
    if scope is not None:
        conditions.append(_sits_in(scope))
    if accommodated is not None:
        conditions.append(_ACCOMMODATED if accommodated else ~_ACCOMMODATED)
    if after is not None:
        place = tuple_(column, key)
        conditions.append(place < after if falls else place > after)
    if conditions:
        statement = statement.where(and_(*conditions))
    items = [_view(row) for row in await connection.execute(statement)]
    last = items[limit - 1] if len(items) > limit else None
    more = format_cursor(getattr(last, column.name), last.candidate_id) if last else None
    return CandidateList(items=tuple(items[:limit]), next=more)


async def is_in_scope(connection: AsyncConnection, candidate_id: UUID, scope: Sequence[str] | None) -> bool:
    """Whether an exam session of the candidate is, was or will be at one of these booths."""
    if scope is None:
        return True
    statement = select(candidates.c.candidate_id).where(candidates.c.candidate_id == candidate_id, _sits_in(scope))
    return (await connection.execute(statement)).first() is not None


def _sits_in(scope: Sequence[str]) -> ColumnElement[bool]:
    sits = exam_sessions.c.candidate_id == candidates.c.candidate_id
    return exists().where(sits, exam_sessions.c.booth_id.in_(scope))


async def _write_words(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    made = [
        {"word": word, "candidate_id": row["candidate_id"]}
        for row in rows
        for word in words(f"{row['name']} {row['number']}")
    ]
    for some in _chunks(made):
        await connection.execute(insert(candidate_words), some)


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"rules_off": json.dumps(list(row["rules_off"]))}


def _view(row: Row[Any]) -> Candidate:
    return Candidate(**{**row._mapping, "rules_off": tuple(json.loads(row.rules_off))})


def _chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
