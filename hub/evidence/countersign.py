"""The hub's word on the chains it holds: a chain alone cannot show that its tail was cut off.

A head is countersigned in the transaction that stores it: when a booth says that monitoring stopped, when its exam
session ends, and when a bundle is made.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract import chain
from contract.bundle import CountersignReason, countersigned_bytes
from contract.messages import Checkpoint, Event, MonitoringStep
from hub.devices.certificates import Signer
from hub.store import countersignatures, events


class Countersigner:
    def __init__(self, signer: Signer) -> None:
        self.signer = signer

    async def sign(
        self,
        connection: AsyncConnection,
        chain_ids: Iterable[UUID],
        reason: CountersignReason,
        at_most: int | None = None,
    ) -> None:
        """What is stored of each chain now, up to `at_most` where that is given."""
        for chain_id in chain_ids:
            head = await countersignatures.head(connection, chain_id, at_most)
            if head is None:
                continue
            signed_at = datetime.now(UTC)
            signed = countersigned_bytes(chain_id, head.seq, head.sha256, reason, signed_at)
            await countersignatures.add(
                connection,
                {
                    "chain_id": chain_id,
                    "head_seq": head.seq,
                    "head_sha256": head.sha256,
                    "reason": reason,
                    "signed_at": signed_at,
                    "signature": chain.sign(self.signer.key, signed),
                    "signed_by": self.signer.fingerprint,
                    "certificate_pem": self.signer.certificate_pem,
                },
            )

    async def sign_what_stopped(self, connection: AsyncConnection, stored: Sequence[Event]) -> None:
        """After a batch: chains whose booth says that monitoring stopped, and again with the checkpoint that a booth
        sends after it as its last word."""
        stopped = {
            event.chain_id
            for event in stored
            if isinstance(event.body, MonitoringStep) and event.body.step == "stopped"
        }
        signs = {event.chain_id: event.body.head_seq for event in stored if isinstance(event.body, Checkpoint)}
        if signs.keys() - stopped:
            done = await countersignatures.signed_heads(connection, signs.keys() - stopped, "monitoring_stopped")
            stopped |= {chain_id for chain_id, head_seq in done.items() if signs[chain_id] == head_seq}
        await self.sign(connection, stopped, "monitoring_stopped")

    async def sign_booth(self, connection: AsyncConnection, booth_id: str, reason: CountersignReason) -> None:
        """The chain that the booth writes now, and those before it."""
        await self.sign(connection, await events.chains_of(connection, booth_id), reason)
