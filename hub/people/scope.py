"""What is outside a person's scope: what exists is refused with 403 and whom to ask, what does not exist with 404.

Nobody is told less than that: what booths and exam sessions are called is no secret within a test centre, and who is
refused can ask for the right thing. Lists leave out what is outside the scope.
"""

from typing import Final

from hub.db import Database
from hub.errors import RefusedError
from hub.store import booths, users
from hub.views import Me

NAMED_ADMINISTRATORS: Final = 3


async def refuse_foreign(database: Database, me: Me, booth_id: str | None) -> None:
    """Raises 403 unless the booth is in this person's scope. What is at no booth is for those who see all of them."""
    if me.booths is None or (booth_id is not None and me.sees(booth_id)):
        return
    async with database.reading() as connection:
        names = await users.administrators(connection, NAMED_ADMINISTRATORS)
        booth = await booths.find(connection, booth_id) if booth_id is not None else None
    whom = f"an administrator ({', '.join(names)})" if names else "an administrator"
    if booth is None:
        raise RefusedError(403, "Not in your scope", f"this is at none of your booths; ask {whom}")
    what = f"you are not assigned to {booth.name} ({booth.booth_id}); ask {whom} to assign you to it"
    raise RefusedError(403, "Not your booth", what)
