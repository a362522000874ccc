"""Tasks that run as long as the hub does; one that fails ends it."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine

from hub.errors import HubError

log = logging.getLogger(__name__)


def begin(name: str, work: Callable[[], Coroutine[None, None, None]]) -> Callable[[], Awaitable[None]]:
    """Starts a task that runs until the hub stops; returns what ends it. A task that fails ends the hub."""
    task = asyncio.create_task(work(), name=name)
    task.add_done_callback(_failed)

    async def end() -> None:
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(result, Exception):
            raise HubError(f"{name} failed: {result}", hint="the log has the details; start the hub again")

    return end


def _failed(task: asyncio.Task[None]) -> None:
    """Nothing may go on as if it were watched: the service manager starts the hub again."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("%s failed; the hub stops", task.get_name(), exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)
