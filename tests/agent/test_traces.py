"""What was seen becomes half seconds of small numbers, ten seconds an event, and no hole becomes a value."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from agent.traces import SAMPLES, Tracer, cone
from agent.vision.observation import Detection, Faceless, Observation, Speech
from contract.calibration import Calibration
from contract.messages import Event, EventBody
from contract.profiles import PROFILES
from contract.trace import Trace
from tests.support.observations import SEEING, ZERO, face, item, seen

RULES = PROFILES["strict"].rules
ON = uuid4()


class Written:
    """Where a tracer writes; the outbox itself is tested with the monitor."""

    def __init__(self) -> None:
        self.bodies: list[tuple[UUID | None, EventBody]] = []
        self.tracer = Tracer(self.append_of)

    def append_of(self, exam_session: UUID | None, body: EventBody) -> Event | None:
        self.bodies.append((exam_session, body))
        return None

    def look(self, *observations: Observation, of: UUID = ON, calibration: Calibration | None = None) -> None:
        for observation in observations:
            self.tracer.saw(observation, of, RULES, calibration)

    @property
    def traces(self) -> list[Trace]:
        return [body for _, body in self.bodies if isinstance(body, Trace)]


def steady(first_s: float, last_s: float, yaw_deg: float = 0.0, hz: int = 10) -> list[Observation]:
    times = (first_s + i / hz for i in range(round((last_s - first_s) * hz)))
    return [seen(at, faces=(face(yaw_deg, -3.4),)) for at in times]


def test_ten_seconds_are_one_event_and_the_rest_is_written_when_nobody_looks_any_more() -> None:
    written = Written()
    written.look(*steady(100, 112.3, yaw_deg=21.6))
    (whole,) = written.traces
    assert whole.started_at == ZERO + timedelta(seconds=100)
    assert (len(whole.faces), set(whole.faces), set(whole.yaw_deg), set(whole.pitch_deg)) == (SAMPLES, {1}, {22}, {-3})
    assert (whole.eyes_deg, whole.speech, whole.objects, whole.cone_deg) == ((), (), {}, cone(RULES))
    written.tracer.flush()
    _, rest = written.traces
    assert rest.started_at == whole.ended_at
    assert len(rest.faces) == 5
    written.tracer.flush()
    assert len(written.traces) == 2
    assert {exam_session for exam_session, _ in written.bodies} == {ON}


def test_one_look_that_took_a_hand_for_a_head_moves_nothing_and_a_turn_of_a_second_is_there() -> None:
    written = Written()
    odd = [seen(0.25, faces=(face(80.0),))]
    written.look(*sorted(steady(0, 2) + odd + steady(2, 3, yaw_deg=40) + steady(3, 4), key=lambda o: o.captured_s))
    written.tracer.flush()
    assert written.traces[0].yaw_deg == (0, 0, 0, 0, 40, 40, 0, 0)


def test_what_nobody_could_tell_is_none_and_never_zero() -> None:
    written = Written()
    blocked = replace(SEEING, blocked=True)
    written.look(
        seen(0.0, faces=None, objects=None),
        seen(0.5, faces=(), camera=blocked),
        seen(1.0, faces=()),
        seen(2.0, faces=(replace(face(), pose=None), face(size=40))),
    )
    written.tracer.flush()
    (trace,) = written.traces
    assert trace.faces == (None, None, 0, None, 2)
    assert trace.yaw_deg == ()
    assert trace.hidden == (None, None, 0, None, 0)


def test_a_body_without_a_face_things_and_voices_are_told() -> None:
    written = Written()
    body = Faceless(Detection("person", 0.8, (0, 0, 9, 9)), missing_s=3, last_pose=None, sure=True)
    ghost = item("laptop", 0.06)
    phone = replace(seen(0.5, objects=(item("cell phone", 0.614), ghost)), faceless=body)
    quiet, loud = Speech(0.2, None), Speech(0.934, 0.4, "other")
    written.look(replace(seen(0.0), speech=quiet), replace(phone, speech=loud), seen(1.0, objects=None))
    written.tracer.flush()
    (trace,) = written.traces
    assert trace.hidden == (0, 1, 0)
    assert trace.objects == {"cell phone": (0, 61, None)}
    assert trace.speech == (0, 93, None)


def test_angles_are_against_the_calibrated_middle() -> None:
    written = Written()
    looking = replace(face(12.0, 5.0), gaze=(0.5, 0.0))
    written.look(seen(0.0, faces=(looking,)), calibration=Calibration(yaw_deg=10.0, pitch_deg=4.0, eyes_left=0.1))
    written.tracer.flush()
    (trace,) = written.traces
    assert (trace.yaw_deg, trace.pitch_deg, trace.eyes_deg) == ((2,), (1,), (14,))


def test_a_long_hole_another_candidate_and_a_clock_that_begins_anew_each_begin_another_event() -> None:
    written, other = Written(), uuid4()
    written.look(*steady(0, 2), *steady(60, 61))
    written.look(*steady(61, 62), of=other)
    written.look(*steady(3, 4), of=other)
    written.tracer.flush()
    assert [(of, len(body.faces)) for of, body in written.bodies if isinstance(body, Trace)] == [
        (ON, 4),
        (ON, 2),
        (other, 2),
        (other, 2),
    ]
    assert [trace.started_at for trace in written.traces] == [ZERO + timedelta(seconds=at) for at in (0, 60, 61, 3)]
