"""Rule profiles made here, and every version of each."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.profiles import PROFILES, ProfileName, RuleProfile
from hub.tables import booths, exams, profile_versions, profiles
from hub.views import Profile, ProfileVersion

Said = dict[str, Any]
BUILT_IN: tuple[ProfileName, ...] = get_args(ProfileName)


async def add(connection: AsyncConnection, values: Said, made: Said) -> None:
    """With its first version."""
    await connection.execute(insert(profiles).values(values))
    await _add_version(connection, values, made)


async def new_version(connection: AsyncConnection, name: str, looked_at: int, document: str, made: Said) -> bool:
    """False where `looked_at` is not the newest version any more."""
    values = {"version": looked_at + 1, "document": document}
    changed = await connection.execute(
        update(profiles).where(profiles.c.name == name, profiles.c.version == looked_at).values(values)
    )
    if changed.rowcount != 1:
        return False
    await _add_version(connection, values | {"name": name}, made)
    return True


async def change(connection: AsyncConnection, name: str, values: Said) -> None:
    await connection.execute(update(profiles).where(profiles.c.name == name).values(values))


async def taken(connection: AsyncConnection, name: str) -> bool:
    """Also by one that is archived, and however it is written: `Oral` and `oral` are one name to people."""
    found = await connection.execute(select(profiles.c.name).where(func.lower(profiles.c.name) == name.lower()))
    return name.lower() in BUILT_IN or found.first() is not None


async def find(connection: AsyncConnection, name: str) -> Profile | None:
    """A built-in one, too."""
    uses = await _uses(connection, name)
    for built_in in BUILT_IN:
        if name == built_in:
            return _built_in(built_in, uses)
    row = (await connection.execute(select(profiles).where(profiles.c.name == name))).one_or_none()
    return _view(row, uses) if row else None


async def everything(connection: AsyncConnection, *, archived: bool) -> list[Profile]:
    """The built-in ones first unless archived ones are asked for, then by name."""
    uses = await _uses(connection)
    which = profiles.c.archived_at.is_not(None) if archived else profiles.c.archived_at.is_(None)
    rows = await connection.execute(select(profiles).where(which).order_by(profiles.c.name))
    made = [_view(row, uses) for row in rows]
    return made if archived else [*(_built_in(name, uses) for name in BUILT_IN), *made]


async def versions(connection: AsyncConnection, name: str) -> list[ProfileVersion]:
    """Newest first."""
    statement = select(profile_versions).where(profile_versions.c.name == name)
    rows = await connection.execute(statement.order_by(profile_versions.c.version.desc()))
    return [
        ProfileVersion(
            version=row.version,
            rules=RuleProfile.parse(row.document).rules,
            note=row.note,
            created_at=row.created_at,
            display_name=row.display_name,
        )
        for row in rows
    ]


async def document(connection: AsyncConnection, name: str) -> str | None:
    """The newest version of one made here."""
    found: str | None = (
        await connection.execute(select(profiles.c.document).where(profiles.c.name == name))
    ).scalar_one_or_none()
    return found


async def _add_version(connection: AsyncConnection, values: Said, made: Said) -> None:
    kept = {name: values[name] for name in ("name", "version", "document")}
    await connection.execute(insert(profile_versions).values(**kept, **made))


Use = tuple[Literal["exam", "booth"], str]


async def _uses(connection: AsyncConnection, name: str | None = None) -> Counter[Use]:
    """By exams and by booths. An exam with a profile document of its own only happens to have the name."""
    by_exam: Select[tuple[str, int]] = (
        select(exams.c.profile, func.count())
        .where(exams.c.profile_document.is_(None), exams.c.archived_at.is_(None))
        .group_by(exams.c.profile)
    )
    by_booth: Select[tuple[str, int]] = select(booths.c.desired_profile, func.count()).group_by(
        booths.c.desired_profile
    )
    if name is not None:
        by_exam, by_booth = by_exam.where(exams.c.profile == name), by_booth.where(booths.c.desired_profile == name)
    uses: Counter[Use] = Counter()
    _count(uses, "exam", await connection.execute(by_exam))
    _count(uses, "booth", await connection.execute(by_booth))
    return uses


def _count(uses: Counter[Use], by: Literal["exam", "booth"], rows: Iterable[Any]) -> None:
    for name, count in rows:
        uses[by, name] += count


def _built_in(name: ProfileName, uses: Counter[Use]) -> Profile:
    profile = PROFILES[name]
    return Profile(
        name=name,
        version=profile.version,
        built_in=True,
        based_on=name,
        description="",
        rules=profile.rules,
        exams=uses["exam", name],
        booths=uses["booth", name],
        created_at=None,
        archived_at=None,
    )


def _view(row: Row[Any], uses: Counter[Use]) -> Profile:
    said = dict(row._mapping)
    rules = RuleProfile.parse(said.pop("document")).rules
    return Profile(**said, built_in=False, rules=rules, exams=uses["exam", row.name], booths=uses["booth", row.name])


def made_by(now: datetime, username: str | None, display_name: str, note: str) -> Said:
    """What a version says of who made it."""
    return {"created_at": now, "username": username, "display_name": display_name, "note": note}
