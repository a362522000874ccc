"""What the dashboard and programs ask a hub often: lists with their filters and orders, single things, sums."""

from datetime import timedelta
from typing import Final

from tests.support.large_centre import BOOTHS, Centre, candidate_id, candidate_number, exam_id, exam_session_id, raised

SCOPE: Final = 20
"""Booths of the reviewer who asks beside an administrator."""


def of_everybody(centre: Centre) -> dict[str, str]:
    """Paths below /api/v1, by what they are: asked by an administrator, and by who has `SCOPE` booths."""
    since = (centre.now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    until = (centre.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    day = centre.now.strftime("%Y-%m-%d")
    number = candidate_number(centre.candidates - 1)
    return {
        "violations": "/violations",
        "violations, oldest first": "/violations?order=oldest",
        "violations of a booth": "/violations?booth_id=booth-7",
        "violations of a room": "/violations?room=room-0",
        "violations of a site": "/violations?site=site-0",
        "violations of a kind": "/violations?kind=no_face",
        "violations of a rare kind": "/violations?kind=camera_frozen",
        "violations of a rare kind, undecided": "/violations?kind=camera_frozen&review=contested&review=unreviewed",
        "violations, high": "/violations?severity=high",
        "violations, dismissed": "/violations?review=dismissed",
        "violations, contested": "/violations?review=contested",
        "violations, open": "/violations?open=true",
        "violations of an hour": f"/violations?from={since}&to={until}",
        "violations by a candidate's number": f"/violations?q={number}",
        "violations by a candidate's name": "/violations?q=sofia",
        "violations by a booth's name": "/violations?q=booth+7",
        "queue": "/reviews/queue",
        "queue of a room": "/reviews/queue?room=room-0",
        "queue of a rare kind": "/reviews/queue?kind=camera_frozen",
        "exam sessions": "/exam-sessions",
        "exam sessions, alive": "/exam-sessions?alive=true",
        "exam sessions, terminated": "/exam-sessions?state=terminated",
        "exam sessions of a booth": "/exam-sessions?booth=booth-7",
        "exam sessions of a room": "/exam-sessions?room=room-0",
        "exam sessions of a site": "/exam-sessions?site=site-0",
        "exam sessions of an exam": f"/exam-sessions?exam={exam_id(3)}",
        "exam sessions of a candidate": f"/exam-sessions?candidate={candidate_id(7)}",
        "exam sessions of a day": f"/exam-sessions?day={day}",
        "exam sessions by number": f"/exam-sessions?q={number}",
        "exam sessions by name": "/exam-sessions?q=sofia",
        "reports": "/reports",
        "reports, oldest first": "/reports?order=oldest",
        "reports by candidate": "/reports?order=candidate",
        "reports, undecided": "/reports?found=undecided",
        "reports, decided": "/reports?found=decided",
        "reports, confirmed": "/reports?found=confirmed",
        "reports, nothing": "/reports?found=nothing",
        "reports of an exam": f"/reports?exam={exam_id(3)}",
        "gaps": "/gaps",
        "booths": "/booths",
    }


def of_an_administrator(centre: Centre) -> dict[str, str]:
    """Over all there is, and single things."""
    one = exam_session_id(max(0, centre.exam_sessions - BOOTHS - 1))
    violation = next(each for each in raised(centre) if each.number == centre.newest // 2).violation_id
    since = (centre.now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "a violation": f"/violations/{violation}",
        "a violation's reviews": f"/violations/{violation}/reviews",
        "violations of an exam session": f"/violations?exam_session={one}&limit=200",
        "a booth": "/booths/booth-7",
        "a booth's gaps": "/gaps?booth_id=booth-7",
        "an exam session": f"/exam-sessions/{one}",
        "an exam session's steps": f"/exam-sessions/{one}/steps",
        "an exam session's lines": f"/exam-sessions/{one}/traces",
        "an exam session's report": f"/exam-sessions/{one}/report",
        "reports held": "/reports?legal_hold=true",
        "rates of two hours": f"/reviews/rates?from={since}",
        "summary of an exam, two hours": f"/exams/{exam_id(3)}/summary?from={since}",
        "candidates": "/candidates",
        "candidates by name": "/candidates?q=sofia",
        "candidates by number": f"/candidates?q={candidate_number(7)}",
        "audit": "/audit",
        "audit of a person": "/audit?user=person-7",
        "audit of an action": "/audit?action=violation.reviewed",
        "audit by a rare word": "/audit?q=zebra",
        "audit by a word that is nowhere": "/audit?q=xylophone",
        "deletions": "/retention/deletions",
        "hub": "/system",
    }
