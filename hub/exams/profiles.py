"""Which rule profile holds: what a name means now, what people write, and what an exam session is judged by."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.profiles import PROFILES, RuleProfile, Rules
from contract.wire import InvalidError
from hub.errors import RefusedError
from hub.store import exams, profiles
from hub.views import Profile


def read_profile(name: str | None, *documents: str | None) -> RuleProfile | None:
    """The first document there is, or the built-in profile; None where an older hub stored what this one does not
    read."""
    for document in documents:
        if document:
            try:
                return RuleProfile.parse(document)
            except InvalidError:
                return None
    return PROFILES.get(name) if name else None  # type: ignore[call-overload]


def configured(name: str, version: int, rules: dict[str, Any]) -> RuleProfile:
    """Rules written by a person; raises 422 with every field that is wrong, as `rules.no_face.hold_s: …; …`."""
    try:
        return RuleProfile.configure({"name": name, "version": version, "rules": rules})
    except InvalidError as error:
        raise RefusedError(422, "Not a rule profile", f"{error}") from error


async def refuse_unknown(connection: AsyncConnection, name: str) -> Profile:
    """Raises 422 for a profile that is not there or archived."""
    found = await profiles.find(connection, name)
    if found is None or found.archived_at is not None:
        detail = f"no rule profile is called {name!r}, or it is archived; GET /api/v1/profiles lists them"
        raise RefusedError(422, "No such rule profile", detail)
    return found


async def pinned(connection: AsyncConnection, exam_id: Any) -> str | None:
    """What an exam session of this exam is judged by from now on, as JSON."""
    exam = await exams.find(connection, exam_id)
    if exam is None:
        return None
    profile = exam.profile_document or read_profile(exam.profile, await profiles.document(connection, exam.profile))
    return profile.model_dump_json() if profile else None


def differences(before: Rules, after: Rules) -> dict[str, list[Any]]:
    """`no_face.hold_s` to what it was and what it is."""
    old, new = before.model_dump(), after.model_dump()
    return {
        f"{rule}.{field}": [old[rule][field], value]
        for rule, settings in new.items()
        for field, value in settings.items()
        if old[rule][field] != value
    }


def said_of(uses: Iterable[tuple[int, str]]) -> str:
    """`2 exams and 1 booth`."""
    return " and ".join(f"{count} {what}{'s' if count > 1 else ''}" for count, what in uses if count)
