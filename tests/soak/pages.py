"""What the dashboard asks for on each of its pages, as templates that are filled with what is there."""

import random
from collections.abc import Mapping
from typing import Final

PAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "wall": ("/booths", "/presence", "/hands", "/exam-sessions?alive=true", "/violations?limit=100"),
    "violations": ("/violations", "/violations?severity=high&review=unreviewed", "/violations?kind=no_face&limit=20"),
    "violation": ("/violations/{violation}", "/violations/{violation}/reviews", "/violations?booth_id={booth}"),
    "evidence": ("/evidence/{evidence}",),
    "review": ("/reviews/queue", "/reviews/rates"),
    "exam sessions": ("/exam-sessions", "/exam-sessions?booth={booth}", "/exams", "/candidates?q=so"),
    "exam session": (
        "/exam-sessions/{exam_session}",
        "/exam-sessions/{exam_session}/steps",
        "/exam-sessions/{exam_session}/messages",
        "/exam-sessions/{exam_session}/flags",
        "/exam-sessions/{exam_session}/proctors",
        "/exam-sessions/{exam_session}/watches",
        "/exam-sessions/{exam_session}/traces?points=1000",
        "/violations?exam_session={exam_session}&limit=200",
    ),
    "booth": ("/booths/{booth}", "/gaps?booth_id={booth}", "/booths/{booth}/traces", "/watches?booth={booth}"),
    "reports": ("/reports", "/reports?found=undecided"),
    "report": ("/exam-sessions/{exam_session}/report", "/exam-sessions/{exam_session}/report.json"),
    "printed report": ("/exam-sessions/{exam_session}/report.pdf",),
    "bundle": ("/exam-sessions/{exam_session}/bundle",),
    "devices": ("/devices", "/claim-codes", "/enrolment-requests", "/releases", "/rollouts"),
    "audit": ("/audit", "/audit?q=camera", "/audit?user=proctor-in-chief"),
    "people": ("/users", "/roles", "/invitations", "/tokens", "/me/sign-ins"),
    "settings": ("/retention", "/retention/preview", "/retention/runs", "/legal-holds", "/webhooks", "/system"),
}
OFTEN: Final[Mapping[str, int]] = {"wall": 8, "violation": 6, "exam session": 6, "review": 4, "evidence": 4}
"""Others once in so many."""


def draw(dice: random.Random) -> str:
    (page,) = dice.choices(list(PAGES), [OFTEN.get(page, 1) for page in PAGES])
    return page


def fill(template: str, known: Mapping[str, str]) -> str | None:
    """None where the hub has nothing of that kind yet."""
    try:
        return template.format_map(known)
    except KeyError:
        return None
