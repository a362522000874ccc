"""Evidence files: uploaded by devices, which sign what they send; seen by people who are signed in."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from contract.wire import Sha256
from hub.errors import RefusedError
from hub.evidence import Upload
from hub.parts import SignedIn, TheHub

router = APIRouter(prefix="/evidence", tags=["evidence"])

Name = Annotated[Sha256, Path(description="SHA-256 of the file, hexadecimal")]


class Stored(BaseModel):
    sha256: Sha256
    new: bool


@router.get("/{sha256}", operation_id="getEvidence", response_class=FileResponse)
async def get_evidence(sha256: Name, _: SignedIn, hub: TheHub) -> FileResponse:
    """The file with its media type. It never changes, so a browser may keep it."""
    found = await hub.evidence.find(sha256)
    if found is None:
        raise RefusedError(404, "No such evidence", "the file has not arrived; the booth sends it when it can")
    path, media_type = found
    return FileResponse(
        path,
        media_type=media_type,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@router.put("/{sha256}", operation_id="putEvidence", status_code=201, responses={200: {"model": Stored}})
async def put_evidence(
    sha256: Name,
    request: Request,
    response: Response,
    hub: TheHub,
    invigil_booth: Annotated[str, Header(max_length=40)],
    invigil_certificate: Annotated[str, Header(max_length=8000)],
    invigil_signed_at: Annotated[str, Header(max_length=60)],
    invigil_signature: Annotated[str, Header(max_length=200)],
    content_type: Annotated[str, Header(max_length=60)],
    content_length: Annotated[int | None, Header(ge=0)] = None,
) -> Stored:
    """By a device. The body is the file; the headers are signed with the device's key. 201 new, 200 already there."""
    upload = Upload(
        sha256, invigil_booth, invigil_certificate, invigil_signed_at, invigil_signature, content_type, content_length
    )
    new = await hub.evidence.receive(upload, request.stream())
    response.status_code = 201 if new else 200
    return Stored(sha256=sha256, new=new)
