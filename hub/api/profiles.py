"""Rule profiles: the built-in ones to read and copy, the test centre's own to change, version by version."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.profiles import ProfileName
from hub import audit
from hub.api.fields import Note
from hub.errors import RefusedError
from hub.exams.profiles import configured, differences, said_of
from hub.parts import ActorOf, TheHub, allowed
from hub.store import profiles
from hub.views import Me, Profile, ProfileList, ProfileVersion, ProfileVersionList

router = APIRouter(prefix="/profiles", tags=["profiles"])

Reader = Annotated[Me, Depends(allowed("exam_sessions.read"))]
Manager = Annotated[Me, Depends(allowed("exams.manage"))]


def _for_an_address(name: str) -> str:
    if any(ord(letter) < 32 or letter in '/\\?#%"' for letter in name) or name.strip(".") == "":
        raise ValueError('letters, digits, spaces and signs, but none of / \\ ? # % "')
    return name


NewName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_for_an_address)
]
RulesSaid = Annotated[
    dict[str, Any],
    Field(description="`Rules`, whole; unknown keys are refused, and what has a default may be left out"),
]


class CreateProfileRequest(BaseModel):
    name: NewName
    based_on: ProfileName = Field("standard", description="the built-in profile that it is compared with")
    description: Note = ""
    rules: RulesSaid


class ChangeProfileRequest(BaseModel):
    """What is left out, or null, stays."""

    version: int = Field(description="that was looked at: 409 where somebody has made a newer one meanwhile")
    rules: RulesSaid | None = Field(None, description="other rules become a new version")
    note: Note = Field("", description="why")
    description: Note | None = None
    archived: bool | None = Field(None, description="an archived profile is kept and can be chosen no more")


@router.get("", operation_id="listProfiles")
async def list_profiles(_: Reader, hub: TheHub, archived: bool = False) -> ProfileList:
    async with hub.database.reading() as connection:
        return ProfileList(items=tuple(await profiles.everything(connection, archived=archived)))


@router.post("", operation_id="createProfile", status_code=201)
async def create_profile(request: CreateProfileRequest, me: Manager, actor: ActorOf, hub: TheHub) -> Profile:
    """409 for a name that is taken, 422 for rules that are not valid, with the fields that are wrong."""
    profile = configured(request.name, 1, request.rules)
    now = datetime.now(UTC)
    async with hub.database.writing() as connection:
        if await profiles.taken(connection, request.name):
            detail = f"there is a profile called {request.name!r}, perhaps an archived one; choose another name"
            raise RefusedError(409, "The name is taken", detail)
        values = {
            "name": profile.name,
            "version": profile.version,
            "document": profile.model_dump_json(),
            "based_on": request.based_on,
            "description": request.description,
            "created_at": now,
        }
        await profiles.add(connection, values, profiles.made_by(now, me.username, me.display_name, ""))
        await audit.record(connection, actor, "profile.created", "profile", profile.name, based_on=request.based_on)
        return await find_profile(connection, profile.name)


@router.get("/{name}", operation_id="getProfile")
async def get_profile(name: str, _: Reader, hub: TheHub) -> Profile:
    async with hub.database.reading() as connection:
        return await find_profile(connection, name)


@router.patch("/{name}", operation_id="changeProfile")
async def change_profile(name: str, request: ChangeProfileRequest, me: Manager, actor: ActorOf, hub: TheHub) -> Profile:
    """Booths that follow it are told at once; exam sessions whose candidate is admitted keep the version they have.

    409 for a built-in profile, for one that somebody else has changed meanwhile, and for archiving one that is in use.
    """
    now = datetime.now(UTC)
    async with hub.database.writing() as connection:
        before = await find_profile(connection, name)
        _refuse_change(before, request)
        if request.rules is not None:
            profile = configured(name, before.version + 1, request.rules)
            changes = differences(before.rules, profile.rules)
            made = profiles.made_by(now, me.username, me.display_name, request.note)
            if changes:
                document = profile.model_dump_json()
                if not await profiles.new_version(connection, name, before.version, document, made):
                    raise _overtaken(before)
                about = {"version": profile.version, "note": request.note, "changes": changes}
                await audit.record(connection, actor, "profile.changed", "profile", name, **about)
        values: dict[str, Any] = {}
        if request.description is not None and request.description != before.description:
            values["description"] = request.description
        if request.archived is not None and request.archived != (before.archived_at is not None):
            values["archived_at"] = now if request.archived else None
        if values:
            await profiles.change(connection, name, values)
            await audit.record(connection, actor, "profile.changed", "profile", name, **values)
        done = await hub.exam_sessions.profile_changed(connection, name)
        changed = await find_profile(connection, name)
    await hub.exam_sessions.tell(done)
    return changed


@router.get("/{name}/versions", operation_id="listProfileVersions")
async def list_versions(name: str, _: Reader, hub: TheHub) -> ProfileVersionList:
    async with hub.database.reading() as connection:
        profile = await find_profile(connection, name)
        found = await profiles.versions(connection, name)
    if profile.built_in:
        only = ProfileVersion(version=profile.version, rules=profile.rules, note="", created_at=None, display_name="")
        found = [only]
    return ProfileVersionList(items=tuple(found))


async def find_profile(connection: AsyncConnection, name: str) -> Profile:
    """Raises 404."""
    found = await profiles.find(connection, name)
    if found is None:
        raise RefusedError(404, "No such rule profile", f"no profile {name!r}; GET /api/v1/profiles lists them")
    return found


def _refuse_change(before: Profile, request: ChangeProfileRequest) -> None:
    if before.built_in:
        raise RefusedError(409, "A built-in profile", "it stays as it is; make a copy with POST /api/v1/profiles")
    if request.version != before.version:
        raise _overtaken(before)
    uses = said_of(((before.exams, "exam"), (before.booths, "booth")))
    if request.archived and uses:
        raise RefusedError(409, "It is in use", f"{uses} use it; give them another profile first")


def _overtaken(now: Profile) -> RefusedError:
    detail = f"version {now.version} of {now.name!r} is newer than the one you looked at; look again"
    return RefusedError(409, "Somebody else was first", detail)
