"""Evidence files: uploaded by devices, which sign what they send; seen by people who are signed in.

A small file comes whole (`PUT`). A large one comes in chunks: `HEAD` says how much is here, `PATCH` adds to it.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from contract.wire import Sha256
from hub.errors import RefusedError
from hub.evidence.signatures import Piece, Signed
from hub.evidence.uploads import Progress, Upload
from hub.parts import ActorOf, TheHub, allowed, running_hub
from hub.people.scope import refuse_foreign
from hub.store import evidence
from hub.views import Me


class _CountedRoute(APIRoute):
    """An upload whose path or headers are not even valid is counted as the refused upload it is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def counted(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError:
                if request.method != "GET":
                    running_hub(request).metrics.evidence_refused.labels("422").inc()
                raise

        return counted


router = APIRouter(prefix="/evidence", tags=["evidence"], route_class=_CountedRoute)

Name = Annotated[Sha256, Path(description="SHA-256 of the file, hexadecimal")]
Offset = Annotated[int, Header(ge=0, lt=2**53)]


class Stored(BaseModel):
    sha256: Sha256
    new: bool


def signed_headers(
    invigil_booth: Annotated[str, Header(max_length=40)],
    invigil_certificate: Annotated[str, Header(max_length=8000)],
    invigil_signed_at: Annotated[str, Header(max_length=60)],
    invigil_signature: Annotated[str, Header(max_length=200)],
) -> Signed:
    return Signed(invigil_booth, invigil_certificate, invigil_signed_at, invigil_signature)


BySigned = Annotated[Signed, Depends(signed_headers)]


@router.get("/{sha256}", operation_id="getEvidence", response_class=FileResponse)
async def get_evidence(
    sha256: Name, me: Annotated[Me, Depends(allowed("violations.read"))], by: ActorOf, hub: TheHub
) -> FileResponse:
    """The file with its media type, whole or the ranges that are asked for. It never changes, so a browser may keep it.

    404 where it has not arrived, 403 where its booth is not in the person's scope. Who looked is recorded.
    """
    found = await hub.evidence.find(sha256)
    if found is None:
        raise RefusedError(404, "No such evidence", "the file has not arrived; the booth sends it when it can")
    await refuse_foreign(hub.database, me, found.booth_id)
    async with hub.database.reading() as connection:
        what = "candidate_photo" if await evidence.is_photo(connection, sha256) else "evidence"
    await hub.viewed.record(by, f"{what}.viewed", "evidence", sha256, booth=found.booth_id, media=found.media_type)
    return FileResponse(
        found.path,
        media_type=found.media_type,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "ETag": f'"{sha256}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.put("/{sha256}", operation_id="putEvidence", status_code=201, responses={200: {"model": Stored}})
async def put_evidence(
    sha256: Name,
    request: Request,
    response: Response,
    hub: TheHub,
    signed: BySigned,
    content_type: Annotated[str, Header(max_length=60)],
    content_length: Annotated[int | None, Header(ge=0)] = None,
) -> Stored:
    """By a device. The body is the file; the headers are signed with the device's key. 201 new, 200 already there."""
    new = await hub.evidence.receive(Upload(sha256, signed, content_type, content_length), request.stream())
    response.status_code = 201 if new else 200
    return Stored(sha256=sha256, new=new)


@router.head("/{sha256}", operation_id="askEvidence", status_code=204)
async def ask_evidence(
    sha256: Name,
    hub: TheHub,
    signed: BySigned,
    content_type: Annotated[str, Header(max_length=60)],
    upload_length: Offset,
) -> Response:
    """By a device, signed as for `PUT`: `Upload-Offset` is how many of the file's `Upload-Length` bytes are here, and
    `Upload-Complete` is ?1 when the hub has the file and the device may forget it."""
    progress = await hub.evidence.progress(Upload(sha256, signed, content_type, upload_length))
    return Response(status_code=204, headers=_said(progress))


@router.patch(
    "/{sha256}",
    operation_id="patchEvidence",
    response_model=Stored,
    responses={201: {"model": Stored}, 204: {"description": "taken; more is to come"}},
)
async def patch_evidence(
    sha256: Name,
    request: Request,
    hub: TheHub,
    signed: BySigned,
    content_type: Annotated[str, Header(max_length=60)],
    upload_length: Offset,
    upload_offset: Offset,
    invigil_chunk_sha256: Annotated[Sha256, Header()],
    content_length: Annotated[int | None, Header(ge=0)] = None,
) -> Response:
    """By a device. The body is the chunk that begins at `Upload-Offset`; `Invigil-Signature` is over
    `contract.chain.chunk_bytes`. A chunk is taken wholly or not at all. 204 with the next `Upload-Offset`; 201 for the
    chunk that completes the file, 200 if the file was here already; 409 with `Upload-Offset` for another offset."""
    progress = await hub.evidence.receive_chunk(
        Upload(sha256, signed, content_type, upload_length),
        Piece(upload_offset, invigil_chunk_sha256),
        content_length,
        request.stream(),
    )
    if not progress.complete:
        return Response(status_code=204, headers=_said(progress))
    body = Stored(sha256=sha256, new=progress.new).model_dump_json()
    return Response(body, 201 if progress.new else 200, _said(progress), media_type="application/json")


def _said(progress: Progress) -> dict[str, str]:
    return {"Upload-Offset": str(progress.offset), "Upload-Complete": "?1" if progress.complete else "?0"}
