"""How fast lists of a hundred thousand violations answer, on SQLite and on PostgreSQL, over the whole way of a request.

A request goes through the ASGI application as it would from the server: sign-in, scope, statement, view, JSON. The
floor is what the same request sends to the database, sent bare. Real hub, real broker, real databases; the reviewer
has twelve booths of two hundred.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console

from hub.parts import Hub
from tests.benchmarks.rows import Row, show
from tests.support.hub import a_hub
from tests.support.many_violations import booth_ids, exam_session_id, fill
from tests.support.people import person
from tests.support.postgres import server
from tests.support.statements import Statement, statements

COUNT: Final = 100_000
BOOTHS: Final = 200
SCOPE: Final = 12
GOAL_MS: Final = 100.0
FROM: Final = "2026-05-05T06:00:00Z"
TO: Final = "2026-05-05T09:00:00Z"

LISTS: Final[dict[str, str]] = {
    "newest": "/violations",
    "of a booth": "/violations?booth_id=booth-7",
    "of a room": "/violations?room=room-0",
    "of a kind": "/violations?kind=no_face",
    "of a rare kind": "/violations?kind=camera_frozen",
    "of a rare kind, to be decided": "/violations?kind=camera_frozen&review=contested&review=unreviewed",
    "high": "/violations?severity=high",
    "dismissed": "/violations?review=dismissed",
    "contested": "/violations?review=contested",
    "open": "/violations?open=true",
    "of an exam session": f"/violations?exam_session={exam_session_id(77)}",
    "within three hours": f"/violations?from={FROM}&to={TO}",
    "queue": "/reviews/queue",
    "queue of a room": "/reviews/queue?room=room-0",
    "queue of a rare kind": "/reviews/queue?kind=camera_frozen",
}


def measure(*, short: bool) -> list[Row]:
    """Milliseconds, 95th percentile of the requests for each list, of the first page and of one far behind it."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), 3 if short else 40, COUNT // 20 if short else COUNT))


async def _measure(folder: Path, requests: int, count: int) -> list[Row]:
    found = []
    for name, settings in (
        ("SQLite", {}),
        ("PostgreSQL", {"database": server().database("bench")}),
    ):
        (folder / name).mkdir()
        async with a_hub(folder / name, **settings) as hub:
            async with hub.database.writing() as connection:
                await fill(connection, count, BOOTHS)
            found += await _of_database(hub, name, requests)
    return found


async def _of_database(hub: Hub, name: str, requests: int) -> list[Row]:
    mine = booth_ids(BOOTHS)[:SCOPE]
    times: dict[str, tuple[float, float]] = {}
    async with person(hub, "ada", "admin") as admin, person(hub, "rae", "reviewer", *mine) as reviewer:
        for who, client in (("", admin), (f"{SCOPE} booths: ", reviewer)):
            for what, path in LISTS.items():
                for page, url in (("", path), (", far behind", await far_behind(client, path))):
                    if url is not None:
                        times[f"{who}{what}{page}"] = await _list(hub, client, url, requests)
    slowest = max(times, key=lambda what: times[what][0])
    value, floor = times[slowest]
    total = Row(f"lists on {name}: slowest page", value, "ms", "lower", GOAL_MS, floor=floor)
    parts = [Row(f"  {what}", value, "ms", "lower", floor=floor) for what, (value, floor) in times.items()]
    return [total, *sorted(parts, key=lambda row: -row.value)[:5]]


async def _list(hub: Hub, client: httpx.AsyncClient, url: str, requests: int) -> tuple[float, float]:
    async def ask() -> None:
        answer = await client.get(f"/api/v1{url}")
        assert answer.status_code == 200, answer.text

    await ask()
    said = await sent(hub, ask)

    async def bare() -> None:
        async with hub.database.reading() as connection:
            for statement, parameters in said:
                (await connection.exec_driver_sql(statement, parameters)).all()

    return await _p95_ms(ask, requests), await _p95_ms(bare, requests)


async def sent(hub: Hub, ask: Callable[[], Awaitable[None]]) -> list[Statement]:
    """What one request says to the database."""
    found: list[Statement] = []
    reading = hub.database.reading

    def overheard() -> Any:
        return _Overheard(reading(), found)

    hub.database.reading = overheard  # type: ignore[method-assign]
    try:
        await ask()
    finally:
        hub.database.reading = reading  # type: ignore[method-assign]
    return found


class _Overheard:
    """A connection whose statements are noted."""

    def __init__(self, inner: Any, found: list[Statement]) -> None:
        self._inner, self._found = inner, found

    async def __aenter__(self) -> Any:
        connection = await self._inner.__aenter__()
        self._listening = statements(connection)
        self._seen = self._listening.__enter__()
        return connection

    async def __aexit__(self, *error: Any) -> None:
        self._listening.__exit__(None, None, None)
        self._found += [each for each in self._seen if each[0].startswith("SELECT")]
        await self._inner.__aexit__(*error)


async def far_behind(client: httpx.AsyncClient, path: str) -> str | None:
    """The list after a thousand of its items; None where it ends before."""
    cursor, url = None, path
    for _ in range(5):
        join = "&" if "?" in path else "?"
        page = (await client.get(f"/api/v1{url}{'&' if '?' in url else '?'}limit=200")).json()
        cursor = page["next"]
        if cursor is None:
            return None
        url = f"{path}{join}{'after' if 'queue' in path else 'before'}={cursor}"
    return url


async def _p95_ms(work: Callable[[], Awaitable[None]], count: int) -> float:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        await work()
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times)[int(0.95 * (count - 1))]


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
