"""What every route of the hub expects of those who call it: one line for each, by its operation id.

`tests/hub/test_authorisation.py` holds the hub to it: every route, every role, nobody, an API token that was given
nothing, and things inside and outside of one's scope.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from hub.people.permissions import PERMISSIONS, Permission, Role


@dataclass(frozen=True)
class Expected:
    """`roles` may call it. `scoped`: what its path or query names must be in their scope, or they are told 403.
    `body` is one that is good enough to get past validation, where a refusal comes after it."""

    roles: tuple[Role, ...] = ()
    anyone: bool = False
    """Also those who are not signed in: no cookie is asked for."""
    by_token: bool = True
    """False: what changes how somebody signs in is not for API tokens."""
    needs_permission: bool = True
    scoped: bool = False
    all_places: bool = False
    """It answers over all sites, whatever the scope."""
    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


def needs(*permissions: Permission, **more: Any) -> Expected:
    """Roles that have all of them."""
    roles = tuple(role for role, has in PERMISSIONS.items() if set(permissions) <= set(has))
    return Expected(roles=roles, **more)


EVERY_ROLE: Final[tuple[Role, ...]] = tuple(PERMISSIONS)
ANYONE: Final = Expected(anyone=True)
SIGNED_IN: Final = Expected(roles=EVERY_ROLE, needs_permission=False)
IN_PERSON: Final = Expected(roles=EVERY_ROLE, by_token=False)
PEOPLE: Final = needs("people.manage")
RUN: Final = needs("exam_sessions.run", scoped=True)

EXPECTED: Final[dict[str, Expected]] = {
    # Signing in, and what everybody may do about themselves.
    "signIn": ANYONE,
    "signInSecondStep": ANYONE,
    "signOut": ANYONE,
    "signInOptions": ANYONE,
    "beginOidcSignIn": ANYONE,
    "finishOidcSignIn": ANYONE,
    "acceptInvitation": ANYONE,
    "choosePassword": ANYONE,
    "lookAtInvitation": ANYONE,
    "lookAtReset": ANYONE,
    "judgePassword": ANYONE,
    "me": SIGNED_IN,
    "changePassword": IN_PERSON,
    "judgeMyPassword": IN_PERSON,
    "listMySignIns": IN_PERSON,
    "endMySignIn": IN_PERSON,
    "getSecondFactor": IN_PERSON,
    "beginSecondFactor": IN_PERSON,
    "confirmSecondFactor": IN_PERSON,
    "removeMySecondFactor": IN_PERSON,
    "makeToken": IN_PERSON,
    "listMyTokens": IN_PERSON,
    "revokeMyToken": IN_PERSON,
    # People.
    "listRoles": SIGNED_IN,
    "listUsers": PEOPLE,
    "getUser": PEOPLE,
    "changeUser": PEOPLE,
    "disableUser": PEOPLE,
    "setScope": PEOPLE,
    "assignBooths": PEOPLE,
    "resetPassword": PEOPLE,
    "unlockUser": PEOPLE,
    "removeSecondFactor": PEOPLE,
    "listSignIns": PEOPLE,
    "endSignIns": PEOPLE,
    "invite": PEOPLE,
    "listInvitations": PEOPLE,
    "withdrawInvitation": PEOPLE,
    "listTokens": PEOPLE,
    "revokeToken": PEOPLE,
    "listAudit": needs("audit.read", all_places=True),
    "verifyAudit": needs("audit.read"),
    "exportAudit": needs("audit.read", all_places=True, query={"form": "csv"}),
    # Places, exams, candidates.
    "listSites": needs("booths.read", all_places=True),
    "createSite": needs("places.manage"),
    "changeSite": needs("places.manage"),
    "listRooms": needs("booths.read", all_places=True),
    "createRoom": needs("places.manage"),
    "changeRoom": needs("places.manage"),
    "putBoothInRoom": needs("places.manage"),
    "createBooth": needs("places.manage"),
    "renameBooth": needs("places.manage"),
    "listExams": needs("exam_sessions.read"),
    "createExam": needs("exams.manage"),
    "getExam": needs("exam_sessions.read"),
    "changeExam": needs("exams.manage"),
    "changeNotice": needs("exams.manage"),
    "listNotices": needs("exam_sessions.read"),
    "listProfiles": needs("exam_sessions.read"),
    "createProfile": needs("exams.manage"),
    "getProfile": needs("exam_sessions.read"),
    "changeProfile": needs("exams.manage"),
    "listProfileVersions": needs("exam_sessions.read"),
    "sendTryClip": needs("exams.manage"),
    "beginTry": needs("exams.manage"),  # at a booth in their scope
    "getTry": needs("exams.manage"),
    "getTryClip": ANYONE,  # devices, which sign
    "listCandidates": needs("candidates.read"),
    "createCandidate": needs("candidates.manage"),
    "importCandidates": needs("candidates.manage"),
    "exportCandidates": needs("candidates.read"),
    "getCandidate": needs("candidates.read", scoped=True),
    "changeCandidate": needs("candidates.manage"),
    "deleteCandidate": needs("candidates.manage"),
    # Exam sessions.
    "listReasons": SIGNED_IN,
    "listExamSessions": needs("exam_sessions.read"),
    "scheduleExamSession": needs("exams.manage"),
    "importSchedule": needs("exams.manage"),
    "listFreeTimes": needs("exams.manage"),
    "listCheckInCodes": needs("exam_sessions.run"),
    "getExamSession": needs("exam_sessions.read", scoped=True),
    "listExamSessionSteps": needs("exam_sessions.read", scoped=True),
    "extendExamSession": needs("exam_sessions.run", scoped=True, body={"seconds": 60}),
    "moveExamSession": needs("exam_sessions.run", scoped=True, body={"booth_id": "own-2"}),
    "rescheduleExamSession": needs("exams.manage", scoped=True, body={"scheduled_start": "2030-01-01T00:00:00Z"}),
    "admitExamSession": RUN,
    "turnAwayExamSession": RUN,
    "checkInExamSession": RUN,
    "checkInAgainExamSession": RUN,
    "startExamSession": RUN,
    "pauseExamSession": RUN,
    "resumeExamSession": RUN,
    "breakExamSession": RUN,
    "endBreakExamSession": RUN,
    "newCodeExamSession": RUN,
    "completeExamSession": RUN,
    "terminateExamSession": RUN,
    "cancelExamSession": RUN,
    "noShowExamSession": RUN,
    # Watching.
    "sendMessage": needs("exam_sessions.run", scoped=True, body={"text": "Hello"}),
    "listMessages": needs("exam_sessions.read", scoped=True),
    "listCannedMessages": needs("exam_sessions.read"),
    "addCannedMessage": needs("exams.manage"),
    "changeCannedMessage": needs("exams.manage"),
    "removeCannedMessage": needs("exams.manage"),
    "addFlag": needs("exam_sessions.run", scoped=True, body={"note": "look here"}),
    "listFlags": needs("exam_sessions.read", scoped=True),
    "changeFlag": needs("exam_sessions.run"),
    "getExamSessionTraces": needs("violations.read", scoped=True),
    "getBoothTraces": needs("violations.read", scoped=True),
    "lookAtBooth": needs("booths.watch", scoped=True),
    "getPresence": needs("booths.read"),
    "listHands": needs("exam_sessions.read"),
    "listProctors": needs("exam_sessions.run"),
    "listAssignedProctors": needs("exam_sessions.read", scoped=True),
    "assignProctor": needs("exam_sessions.run", scoped=True, body={"username": "pro"}),
    "unassignProctor": needs("exams.manage", scoped=True),  # of others; of oneself whoever runs exam sessions
    "listWatches": Expected(roles=EVERY_ROLE, needs_permission=False),
    "listExamSessionWatches": needs("exam_sessions.read", scoped=True),
    # Booths.
    "listBooths": needs("booths.read"),
    "getBooth": needs("booths.read", scoped=True),
    "setBoothProfile": needs("exams.manage", scoped=True, body={"profile": "strict"}),
    "takeSnapshot": needs("booths.watch", scoped=True),
    "say": needs("booths.watch", scoped=True, body={"text": "Hello"}),
    "lowerHand": needs("booths.watch", scoped=True),
    "getRecording": needs("violations.read", scoped=True),
    "getBundle": needs("audit.read", scoped=True, query={"booth": "{booth_id}"}),
    "getExamSessionBundle": needs("audit.read", scoped=True),
    # Devices.
    "listDevices": needs("devices.manage"),
    "getDevice": needs("devices.manage", scoped=True),
    "identifyDevice": needs("devices.manage", scoped=True),
    "readDeviceLog": needs("devices.manage", scoped=True),
    "doctorDevice": needs("devices.manage", scoped=True),
    "restartDevice": needs("devices.manage", scoped=True),
    "rebootDevice": needs("devices.manage", scoped=True),
    "listReleases": needs("devices.manage"),
    "uploadRelease": needs("devices.manage"),
    "deleteRelease": needs("devices.manage"),
    "offeredRelease": ANYONE,  # devices, which sign
    "getReleaseFile": ANYONE,  # devices, which sign
    "listRollouts": needs("devices.manage"),
    "startRollout": needs("devices.manage", body={"version": "1.4.0"}),
    "getRollout": needs("devices.manage"),
    "pauseRollout": needs("devices.manage"),
    "resumeRollout": needs("devices.manage"),
    "cancelRollout": needs("devices.manage"),
    "revokeDevice": needs("devices.manage", scoped=True, body={"reason": "stolen"}),
    "listClaimCodes": needs("devices.manage"),
    "makeClaimCode": needs("devices.manage", scoped=True),
    "withdrawClaimCode": needs("devices.manage", scoped=True),
    "makeRescueCode": needs("devices.manage", scoped=True),
    "withdrawRescueCode": needs("devices.manage", scoped=True),
    "listEnrolmentRequests": needs("devices.manage"),
    "approveEnrolmentRequest": needs("devices.manage"),  # for a booth in their scope
    "refuseEnrolmentRequest": needs("devices.manage"),
    "listExpectedDevices": needs("devices.manage"),
    "expectDevice": needs("devices.manage"),  # for a booth in their scope
    "withdrawExpectedDevice": needs("devices.manage"),  # of a booth in their scope
    # Violations and evidence.
    "listViolations": needs("violations.read"),
    "getViolation": needs("violations.read", scoped=True),
    "listGaps": needs("violations.read"),
    "listReviewQueue": needs("violations.review"),
    "listReviews": needs("violations.read", scoped=True),
    "review": needs("violations.review", scoped=True, body={"decision": "confirmed"}),
    "reviewSeveral": needs("violations.review"),
    "reviewFlag": needs("violations.review"),
    "holdForReview": needs("violations.review"),
    "listReviewRates": needs("violations.read"),
    "getEvidence": needs("violations.read", scoped=True),
    # Retention.
    "getRetention": needs("audit.read"),
    "setRetention": needs("retention.manage"),
    "previewRetention": needs("audit.read"),
    "previewRetentionPolicy": needs("retention.manage"),
    "listRetentionRuns": needs("audit.read"),
    "runRetention": needs("retention.manage"),
    "listDeletions": needs("audit.read", all_places=True),
    "listLegalHolds": needs("audit.read", all_places=True),
    "placeLegalHold": needs("retention.manage", scoped=True, body={"note": "in dispute"}),
    "releaseLegalHold": needs("retention.manage", scoped=True),
    # Reports.
    "listReports": needs("reports.read"),
    "getReport": needs("reports.read", scoped=True),
    "getReportPdf": needs("reports.read", scoped=True),
    "getReportCsv": needs("reports.read", scoped=True),
    "getReportJson": needs("reports.read", scoped=True),
    "getReportSchema": SIGNED_IN,
    "getRedactedReportPdf": needs("reports.read", scoped=True),
    "getRedactedReportJson": needs("reports.read", scoped=True),
    "getExamSummary": needs("reports.read"),
    "getExamSummaryCsv": needs("reports.read"),
    "getSiteSummary": needs("reports.read"),  # over what is in one's scope there
    "getSiteSummaryCsv": needs("reports.read"),
    # Webhooks.
    "listWebhooks": needs("webhooks.manage"),
    "createWebhook": needs("webhooks.manage"),
    "getWebhook": needs("webhooks.manage"),
    "changeWebhook": needs("webhooks.manage"),
    "removeWebhook": needs("webhooks.manage"),
    "testWebhook": needs("webhooks.manage"),
    "replaceWebhookSecret": needs("webhooks.manage"),
    "listWebhookDeliveries": needs("webhooks.manage"),
    "retryWebhookDelivery": needs("webhooks.manage"),
    "listWebhookEvents": needs("webhooks.manage"),
    # The hub, and devices, which sign what they send.
    "system": needs("system.read"),
    "healthz": ANYONE,
    "readyz": ANYONE,
    "metrics": ANYONE,
    "enrol": ANYONE,
    "requestEnrolment": ANYONE,
    "renewDevice": ANYONE,
    "authority": ANYONE,
    "putEvidence": ANYONE,
    "askEvidence": ANYONE,
    "patchEvidence": ANYONE,
}
