"""Requests to booths over MQTT and their answers, matched by correlation data."""

import asyncio
import logging
import secrets
from typing import Final

from contract.messages import AnyCommand, AnyReply, ErrorReply, parse_reply
from contract.topics import booth_topic
from contract.wire import InvalidError
from hub.errors import RefusedError
from hub.intake.message import Message
from hub.metrics import Metrics
from hub.mqtt import HubMqtt

log = logging.getLogger(__name__)

MAX_PENDING: Final = 1000


class Commands:
    """Correlation data is random and only the asked booth is told it, so no other booth can answer in its place."""

    def __init__(self, mqtt: HubMqtt, metrics: Metrics, loop: asyncio.AbstractEventLoop) -> None:
        self._mqtt = mqtt
        self._metrics = metrics
        self._loop = loop
        self._pending: dict[bytes, asyncio.Future[AnyReply]] = {}

    async def request(self, booth_id: str, command: AnyCommand, *, timeout_s: float) -> AnyReply:
        """The booth's answer; raises 503 when nothing can be sent and 504 when no answer comes in time."""
        correlation = secrets.token_bytes(16)
        future: asyncio.Future[AnyReply] = self._loop.create_future()
        if len(self._pending) >= MAX_PENDING or not self._mqtt.publish(
            booth_topic(booth_id, "commands"),
            command.to_json(),
            correlation=correlation,
            expiry_s=max(1, round(timeout_s)),
        ):
            raise RefusedError(503, "Cannot reach booths now", "the MQTT broker is away or busy; try again in a moment")
        self._pending[correlation] = future
        try:
            return await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            self._metrics.commands_unanswered.inc()
            raise RefusedError(
                504, "The booth did not answer", f"{booth_id} did not answer in time; try again"
            ) from None
        finally:
            self._pending.pop(correlation, None)

    def tell(self, booth_id: str, command: AnyCommand, *, expiry_s: int = 10) -> bool:
        """Without waiting for an answer, which is dropped. False where nothing can be sent now."""
        correlation = secrets.token_bytes(16)
        return self._mqtt.publish(
            booth_topic(booth_id, "commands"), command.to_json(), correlation=correlation, expiry_s=expiry_s
        )

    def receive(self, message: Message) -> None:
        """In paho's thread. A reply that is not awaited, or no longer, is dropped."""
        if message.correlation is None:
            return
        try:
            reply = parse_reply(message.payload)
        except InvalidError as error:
            self._metrics.messages_rejected.labels("reply").inc()
            reply = ErrorReply(reason=f"an answer that cannot be read: {error}"[:300])
        self._loop.call_soon_threadsafe(self._answer, message.correlation, reply)

    def _answer(self, correlation: bytes, reply: AnyReply) -> None:
        future = self._pending.get(correlation)
        if future is not None and not future.done():
            future.set_result(reply)
