"""Candidates: one by one, and from and to a table."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.api.fields import Cursor, Limit, LongName, Name, Note, Search
from hub.errors import RefusedError
from hub.exams.candidate_import import COLUMNS, MAX_EXTRA_PERCENT, RULES, as_row
from hub.exams.imports import import_candidates
from hub.exams.sheet import LISTED, MAX_BYTES, MAX_ROWS, write_sheet
from hub.parts import ActorOf, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import candidates
from hub.store.cursor import parse_cursor
from hub.views import Candidate, CandidateList, ImportReport, Me

router = APIRouter(prefix="/candidates", tags=["candidates"])

Reader = Annotated[Me, Depends(allowed("candidates.read"))]
Manager = Annotated[Me, Depends(allowed("candidates.manage"))]
EXPORTED: Final = 500
"""Candidates read at once."""
TABLE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"CSV with a header, at most {MAX_BYTES} bytes",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _known_rules(names: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := sorted(set(names) - RULES):
        raise ValueError(f"no rule is called {', '.join(unknown)} (known: {', '.join(sorted(RULES))})")
    return tuple(dict.fromkeys(names))


Number = Annotated[Name, StringConstraints(max_length=60)]
Email = Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$", max_length=254)]
RulesOff = Annotated[
    tuple[Annotated[str, Field(max_length=60)], ...], Field(max_length=20), AfterValidator(_known_rules)
]
Listed = Annotated[int, Query(ge=0, le=MAX_ROWS, description="problems and rows in the answer")]
Order = Annotated[Literal["name", "-name", "number", "-number"], Query(description="`-` from the end")]
Percent = Annotated[int, Field(ge=0, le=MAX_EXTRA_PERCENT)]


class CandidateRequest(BaseModel):
    number: Number = Field(description="the test centre's own")
    name: LongName
    email: Email | None = None
    extra_time_percent: Percent = 0
    rules_off: RulesOff = Field((), description="rules that an accommodation switches off")
    accommodation_note: Annotated[Note, StringConstraints(max_length=500)] = ""


class ChangeCandidateRequest(BaseModel):
    """What is left out stays."""

    number: Number | None = None
    name: LongName | None = None
    email: Email | None = None
    extra_time_percent: Percent | None = Field(None, description="of exam sessions that are scheduled from now on")
    rules_off: RulesOff | None = None
    accommodation_note: Annotated[Note, StringConstraints(max_length=500)] | None = None


@router.get("", operation_id="listCandidates")
async def list_candidates(
    me: Reader,
    actor: ActorOf,
    hub: TheHub,
    q: Search = "",
    accommodated: Annotated[
        bool | None, Query(description="with extra time, rules that are off or a note; or without")
    ] = None,
    sort: Order = "name",
    after: Cursor = None,
    limit: Limit = 50,
) -> CandidateList:
    """Those with an exam session in your scope. `next` goes with the same search and order only."""
    try:
        cursor = parse_cursor(after) if after else None
    except ValueError:
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came") from None
    await hub.viewed.record(actor, "candidates.listed", "candidates", "list")
    async with hub.database.reading() as connection:
        return await candidates.page(connection, q, cursor, limit, me.booths, sort, accommodated)


@router.post("", operation_id="createCandidate", status_code=201)
async def create_candidate(request: CandidateRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Candidate:
    """409 when the number is taken."""
    row = request.model_dump() | {"candidate_id": uuid4(), "created_at": datetime.now(UTC)}
    async with hub.database.writing() as connection:
        await _refuse_taken(connection, request.number)
        await candidates.add(connection, [row])
        await audit.record(connection, actor, "candidate.created", "candidate", str(row["candidate_id"]))
        return await _find(connection, row["candidate_id"])


@router.post("/import", operation_id="importCandidates", openapi_extra=TABLE)
async def import_table(
    request: Request, _: Manager, actor: ActorOf, hub: TheHub, dry_run: bool = False, listed: Listed = LISTED
) -> ImportReport:
    """Columns `number`, `name`, and where wanted `email`, `extra_time_percent`, `rules_off`, `note`.

    With `dry_run` it only tells what the table would change, and all that is wrong in it. Without, all of it is taken
    or, with a mistake anywhere, nothing (422).
    """
    return await import_candidates(hub.database, actor, await request.body(), dry_run=dry_run, listed=listed)


@router.get(
    "/export", operation_id="exportCandidates", response_class=Response, responses={200: {"content": {"text/csv": {}}}}
)
async def export_table(me: Reader, actor: ActorOf, hub: TheHub) -> Response:
    """All of your scope, as the import takes them; no cell is a formula."""
    async with hub.database.writing() as connection:
        await audit.record(connection, actor, "candidates.exported", "candidates", "export")
    rows: list[list[str]] = []
    async with hub.database.reading() as connection:
        cursor = None
        while True:
            page = await candidates.page(connection, "", cursor, EXPORTED, me.booths)
            rows += [as_row(candidate) for candidate in page.items]
            if page.next is None:
                break
            cursor = parse_cursor(page.next)
    headers = {"Content-Disposition": 'attachment; filename="candidates.csv"'}
    return Response(write_sheet(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{candidate_id}", operation_id="getCandidate")
async def get_candidate(candidate_id: UUID, me: Reader, actor: ActorOf, hub: TheHub) -> Candidate:
    """404 where there is none, 403 where none of the candidate's exam sessions is in your scope."""
    async with hub.database.reading() as connection:
        found = await _find(connection, candidate_id)
        in_scope = await candidates.is_in_scope(connection, candidate_id, me.booths)
    if not in_scope:
        await refuse_foreign(hub.database, me, None)
    await hub.viewed.record(actor, "candidate.viewed", "candidate", str(candidate_id))
    return found


@router.patch("/{candidate_id}", operation_id="changeCandidate")
async def change_candidate(
    candidate_id: UUID, request: ChangeCandidateRequest, _: Manager, actor: ActorOf, hub: TheHub
) -> Candidate:
    """409 when the number is taken. Booths that show this candidate are told at once."""
    said = request.model_dump(exclude_unset=True)
    values = {name: value for name, value in said.items() if value is not None or name == "email"}
    async with hub.database.writing() as connection:
        before = await _find(connection, candidate_id)
        if values.get("number", before.number) != before.number:
            await _refuse_taken(connection, values["number"])
        await candidates.change(connection, before.model_dump() | values)
        await audit.record(
            connection, actor, "candidate.changed", "candidate", str(candidate_id), fields=sorted(values)
        )
        done = await hub.exam_sessions.candidate_changed(connection, candidate_id)
        found = await _find(connection, candidate_id)
    await hub.exam_sessions.tell(done)
    return found


@router.delete("/{candidate_id}", operation_id="deleteCandidate", status_code=204)
async def delete_candidate(candidate_id: UUID, _: Manager, actor: ActorOf, hub: TheHub) -> None:
    """409 while there are exam sessions of this candidate: those go by retention, with proof."""
    async with hub.database.writing() as connection:
        await _find(connection, candidate_id)
        if await candidates.has_exam_sessions(connection, candidate_id):
            detail = "there are exam sessions of this candidate; cancel what is scheduled, retention removes the rest"
            raise RefusedError(409, "Has exam sessions", detail)
        await candidates.remove(connection, candidate_id)
        await audit.record(connection, actor, "candidate.deleted", "candidate", str(candidate_id))


async def _find(connection: AsyncConnection, candidate_id: UUID) -> Candidate:
    found = await candidates.find(connection, candidate_id)
    if found is None:
        detail = f"no candidate {candidate_id}; GET /api/v1/candidates lists them"
        raise RefusedError(404, "No such candidate", detail)
    return found


async def _refuse_taken(connection: AsyncConnection, number: str) -> None:
    if await candidates.numbered(connection, [number]):
        raise RefusedError(409, "The number is taken", f"another candidate has the number {number}")
