"""`column IN (…)` for lists of any length, in one text: PostgreSQL parses and plans each text that it has not seen."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, any_, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection


def among(connection: AsyncConnection, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """For what runs many times a second. On PostgreSQL the values travel as one array, and the statement stays
    prepared; SQLite has no arrays, and hardly any cost for a new text."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=ARRAY(column.type), unique=True))
    return column.in_(list(values))
