"""The pair of connection pools behind a database: one to write, one to read."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True)
class Engines:
    """`readers` begin transactions that see one consistent state and can change nothing."""

    writer: AsyncEngine
    readers: AsyncEngine

    async def dispose(self) -> None:
        await self.readers.dispose()
        await self.writer.dispose()
