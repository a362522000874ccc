"""What devices ask for themselves, proving by their keys who they are: to be let in, and for their next certificate."""

from fastapi import APIRouter, Request

from contract.enrolment import EnrolmentAnswer, EnrolmentAsked, RenewRequest
from contract.messages import EnrolReply, EnrolRequest
from hub.parts import Hub, TheHub, client_address
from hub.views.devices import AuthorityView

router = APIRouter(tags=["devices"])


@router.get("/authority", operation_id="authority")
async def authority(hub: TheHub) -> AuthorityView:
    """For who has its fingerprint and not the certificate itself."""
    return AuthorityView(certificate_pem=hub.authority.certificate_pem, sha256=hub.authority.fingerprint)


@router.post("/enrol", operation_id="enrol")
async def enrol(enrolment: EnrolRequest, request: Request, hub: TheHub) -> EnrolReply:
    """403 when the claim code is wrong, used or expired; 422 when the signing request is not acceptable."""
    reply = await hub.enrolment.enrol(enrolment, client_address(request))
    await _tell(hub, reply.booth)
    return reply


@router.post("/enrol/request", operation_id="requestEnrolment")
async def request_enrolment(asked: EnrolmentAsked, request: Request, hub: TheHub) -> EnrolmentAnswer:
    """By a device without a claim code, again and again with the same key until it is `granted` or `refused`. 429 when
    too many wait."""
    answer = await hub.requests.ask(asked, client_address(request))
    if answer.enrolled is not None:
        await _tell(hub, answer.enrolled.booth)
    return answer


@router.post("/devices/renew", operation_id="renewDevice")
async def renew_device(renewal: RenewRequest, request: Request, hub: TheHub) -> EnrolReply:
    """By a device, for a new key, signed with the old one. The old certificate stays good until the device is heard
    with the new one. 401 for a certificate that has ended: that needs a rescue code; 403 for one that is not good."""
    reply = await hub.renewals.renew(renewal, client_address(request))
    hub.feed.booth_changed(reply.booth)
    return reply


async def _tell(hub: Hub, booth_id: str) -> None:
    await hub.desired.publish(booth_id)
    hub.feed.booth_changed(booth_id)
