"""Sends what was announced: signed, again and again for up to a day, and not at all to who is away for longer.

Several hub processes may do so: each attempt is claimed in the database first. A receiver may get a message twice,
after a crash or an answer that was lost, with the same `webhook-id`. One that does not answer is asked with one message
at a time, and gets the others at once when it is back: it holds up nobody else.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from hub import __version__
from hub.db import Database
from hub.errors import StoreError
from hub.metrics import Metrics
from hub.store import webhooks
from hub.webhooks.signing import headers
from hub.webhooks.target import BlockedError, resolve

log = logging.getLogger(__name__)

ATTEMPT_S: Final = 15.0
"""The specification's advice is 15 to 30 s; a receiver should answer at once and work afterwards."""
CLAIM: Final = timedelta(minutes=2)
"""When an attempt is made again whose process was killed."""
DELAYS_S: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0)
"""After each attempt, and the last again and again: some sixteen within the day."""
JITTER: Final = 0.2
GIVE_UP: Final = timedelta(hours=24)
LOOK_S: Final = 1.0
TIDY_EVERY_S: Final = 3600.0
KEPT: Final = timedelta(days=30)
"""How long the log of what was sent is kept."""
ANSWER_BYTES: Final = 200
"""Of a refusal, for the log."""


def _now() -> datetime:
    return datetime.now(UTC)


class Deliverer:
    def __init__(
        self, database: Database, metrics: Metrics, *, allow_private: bool, now: Callable[[], datetime] = _now
    ) -> None:
        self._database, self._metrics, self._allow_private, self._now = database, metrics, allow_private, now

    async def run(self) -> None:
        """Until cancelled. What goes wrong with the database is tried again."""
        loop, tidy_at = asyncio.get_running_loop(), 0.0
        async with self._client() as client:
            while True:
                try:
                    if loop.time() >= tidy_at:
                        tidy_at = loop.time() + TIDY_EVERY_S
                        await self._tidy()
                    if not await self.send_due(client):
                        await asyncio.sleep(LOOK_S)
                except StoreError as error:
                    log.error("webhooks: %s (%s)", error, error.hint)
                    await asyncio.sleep(5 * LOOK_S)

    async def send_due(self, client: httpx.AsyncClient | None = None) -> int:
        """One round: two messages for each receiver at most, all at once. How many."""
        if client is None:
            async with self._client() as own:
                return await self.send_due(own)
        async with self._database.reading() as connection:
            rows = await webhooks.due(connection, self._now())
        await asyncio.gather(*(self._attempt(client, row) for row in rows))
        return len(rows)

    def _client(self) -> httpx.AsyncClient:
        """Of no environment: a proxy would be asked for addresses that were not looked at."""
        return httpx.AsyncClient(timeout=ATTEMPT_S, follow_redirects=False, trust_env=False)

    async def _attempt(self, client: httpx.AsyncClient, row: Any) -> None:
        now = self._now()
        async with self._database.writing() as connection:
            key = row.message_id, row.webhook_id
            if not await webhooks.claim(connection, *key, row.attempts, now, now + CLAIM):
                return
        status, problem = await self._send(client, row, now)
        delivered = status is not None and 200 <= status < 300
        self._metrics.webhook_attempts.labels("delivered" if delivered else "failed").inc()
        async with self._database.writing() as connection:
            if delivered:
                done = {"state": "delivered", "next_attempt_at": None, "status": status, "problem": None}
                await webhooks.note(connection, *key, done)
                if row.failing_since is not None:
                    await webhooks.change(connection, row.webhook_id, {"failing_since": None})
                    await webhooks.move(connection, row.webhook_id, self._now())
            else:
                await self._failed(connection, row, status, problem)

    async def _send(self, client: httpx.AsyncClient, row: Any, now: datetime) -> tuple[int | None, str]:
        """The receiver's status and, where it is no success, what went wrong."""
        body = row.payload.encode()
        try:
            async with asyncio.timeout(2 * ATTEMPT_S):
                target = await resolve(row.url, allow_private=self._allow_private)
                said = headers(row.secret, row.message_id, now, body)
                request = client.build_request(
                    "POST",
                    target.url,
                    content=body,
                    headers={
                        **said,
                        "Host": target.host_header,
                        "Content-Type": "application/json",
                        "User-Agent": f"Invigil/{__version__}",
                    },
                    extensions={"sni_hostname": target.name},
                )
                answer = await client.send(request, stream=True)
                try:
                    text = b""
                    async for piece in answer.aiter_raw():
                        text += piece
                        if len(text) >= ANSWER_BYTES:
                            break
                finally:
                    await answer.aclose()
        except TimeoutError:
            return None, f"no answer within {2 * ATTEMPT_S:.0f} s"
        except BlockedError as error:
            return None, str(error)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return None, f"{type(error).__name__}: {error}"[:300]
        shown = "".join(letter for letter in text[:ANSWER_BYTES].decode(errors="replace") if letter.isprintable())
        return answer.status_code, f"answered {answer.status_code}: {shown}"[:300]

    async def _failed(self, connection: Any, row: Any, status: int | None, problem: str) -> None:
        now, key = self._now(), (row.message_id, row.webhook_id)
        since = await webhooks.fails(connection, row.webhook_id, now)
        gone = status == 410
        if gone or now - since >= GIVE_UP:
            why = "the receiver says that it is gone (410)" if gone else f"nothing was taken for a day; last: {problem}"
            log.warning("webhook %s is switched off: %s", row.webhook_id, why)
            await webhooks.change(connection, row.webhook_id, {"enabled": False, "disabled_reason": why[:300]})
            await webhooks.note(connection, *key, {"status": status})
            await webhooks.give_up(connection, row.webhook_id, problem)
            return
        last, again_at = now - row.created_at >= GIVE_UP, now + timedelta(seconds=delay_s(row.attempts))
        await webhooks.move(connection, row.webhook_id, again_at)
        await webhooks.note(
            connection,
            *key,
            {
                "state": "failed" if last else "waiting",
                "next_attempt_at": None if last else again_at,
                "status": status,
                "problem": problem,
            },
        )

    async def _tidy(self) -> None:
        async with self._database.writing() as connection:
            given_up = await webhooks.tidy(connection, self._now() - KEPT)
        if given_up:
            log.warning("webhooks: %d messages were given up because too many waited", given_up)


def delay_s(attempts_before: int) -> float:
    """How long to wait after the next attempt failed, too; spread, so that not all come back at once."""
    delay = DELAYS_S[min(attempts_before, len(DELAYS_S) - 1)]
    return delay * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (spread, no secret)
