"""Rows in every table, made from what the tables say of themselves."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Uuid,
    func,
    select,
)

ROWS = 3
BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def fill(connection: Connection, metadata: MetaData) -> None:
    """`ROWS` rows in each table, parents first. Every column has a value in the first row; what may be null is null in
    the last. Values differ from row to row, so that no unique index objects."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())  # what migrations put there to begin with
    numbers = count(1)
    made: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        rows = made[table.name] = []
        for index in range(ROWS):
            number = next(numbers)
            row = {column.name: _value(column, number, index, made) for column in table.columns}
            rows.append(row)
            connection.execute(table.insert().values(row))


def counts(connection: Connection, tables: list[Table]) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(_bare(table))).scalar_one() for table in tables
    }


def _bare(table: Table) -> Table:
    """By its name alone: a table that has other columns at an earlier revision."""
    return Table(table.name, MetaData())


def _value(column: Column[Any], number: int, index: int, made: dict[str, list[dict[str, Any]]]) -> Any:
    if column.nullable and index == ROWS - 1:
        return None
    parent = next(iter(column.foreign_keys), None)
    if parent is not None:
        return _of_parent(parent, column, index, made)
    kind: Any = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Uuid):
        return UUID(int=number)
    if isinstance(kind, String):
        return f"{column.name} {number}"[-(kind.length or 1000) :]
    if isinstance(kind, DateTime):
        return BEGAN + timedelta(minutes=number)
    if isinstance(kind, LargeBinary):
        return bytes([number % 256, 0, 255])
    if isinstance(kind, Boolean):
        return index % 2 == 0
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number / 8
    raise AssertionError(f"no value for {column}: {column.type!r}")


def _of_parent(parent: ForeignKey, column: Column[Any], index: int, made: dict[str, list[dict[str, Any]]]) -> Any:
    """A row's own table may be its parent: then of the row before, and none for the first."""
    rows = made[parent.column.table.name]
    if parent.column.table is column.table:
        return rows[index - 1][parent.column.name] if index else None
    return rows[index][parent.column.name]
