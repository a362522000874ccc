"""What the doctor last found on each booth's device."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.checkup import Checkup
from contract.wire import InvalidError
from hub.store import booths
from hub.store.upsert import insert
from hub.tables import checkups


async def write(connection: AsyncConnection, found: Mapping[str, Checkup]) -> None:
    """By booth, in the place of the one before; booths that are not known are left out."""
    here = await booths.known(connection, found)
    statement = insert(connection, checkups)
    for booth_id, checkup in sorted(found.items()):  # in one order, so that nobody waits in a circle
        if booth_id not in here:
            continue
        values = {
            "at": checkup.at,
            "failed": " ".join(checkup.named("failed")),
            "body": checkup.model_dump_json(),
        }
        await connection.execute(
            statement.values(booth_id=booth_id, **values).on_conflict_do_update(
                index_elements=["booth_id"], set_=values
            )
        )


async def newest(connection: AsyncConnection, booth_id: str) -> Checkup | None:
    """None also where a newer agent said what this hub does not read."""
    body = (
        await connection.execute(select(checkups.c.body).where(checkups.c.booth_id == booth_id))
    ).scalar_one_or_none()
    try:
        return Checkup.parse(body) if body else None
    except InvalidError:
        return None
