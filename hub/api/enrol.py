"""Enrolment: a new device trades its claim code for a certificate."""

from fastapi import APIRouter, Request

from contract.messages import EnrolReply, EnrolRequest
from hub.parts import TheHub

router = APIRouter(tags=["devices"])


@router.post("/enrol", operation_id="enrol")
async def enrol(enrolment: EnrolRequest, request: Request, hub: TheHub) -> EnrolReply:
    """403 when the claim code is wrong, used or expired; 422 when the signing request is not acceptable."""
    address = request.client.host if request.client else "unknown"
    reply = await hub.enrolment.enrol(enrolment, address)
    await hub.desired.publish(reply.booth)
    hub.feed.booth_changed(reply.booth)
    return reply
