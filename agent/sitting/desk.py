"""The desk: where a candidate's acts, the hub's wishes and the camera's looks meet, in a thread of its own.

It keeps on the disk how far the candidate has come, tells the hub in chained events, tells the monitor what counts and
the screen what to show. What follows from what is decided in `way` and `acts`; here it is carried out.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from agent.errors import StorageError
from agent.evidence.snapshot import encode_jpeg
from agent.frame import Frame
from agent.health import Trouble
from agent.sitting.acts import Candidate, Outcome
from agent.sitting.dots import Dots
from agent.sitting.orders import Orders, orders_of
from agent.sitting.photos import Photos, small_jpeg
from agent.sitting.progress import Progress, follow
from agent.sitting.sight import Sight
from agent.sitting.step import Act, Step, step_of
from agent.sitting.way import CAMERA_PAGES, Page
from agent.uplink.outbox import Outbox
from agent.vision.observation import Observation
from contract.messages import Desired
from contract.sitting import Sitting
from contract.wire import InvalidError

log = logging.getLogger(__name__)

WORDS_MAX: Final = 64
"""Acts, wishes and looks not dealt with yet. Beyond it the newest is dropped: looks come again, people touch again, and
of the hub's wishes only the newest is kept anyhow."""
TICK_S: Final = 0.25
FACE_PATIENCE_S: Final = 20.0
"""After this long a photo may be taken although no detector finds the face in it: a person looks at it anyway, and a
network that does not see somebody must not keep them from their exam."""
BREAK_ASKED_S: Final = 180.0
"""A wish for a break that nobody answered may be said again."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the desk asks others. Each is called in the desk's thread (`newest` in the screen's, too) and waits for
    nothing."""

    newest: Callable[[], Frame | None]
    """The camera's newest picture; None while it is lost."""
    sees_faces: Callable[[], bool]
    hub_here: Callable[[], bool]
    uploads: Callable[[], int]
    distracted: Callable[[], bool] = lambda: False
    """A message or an interviewer is before what the candidate should look at."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The hub's time: an exam runs by its clock, whatever this device's says."""


class Desk:
    """One thread. `want`, `act`, `saw` and `picture` may be called from any other; nothing here waits for them."""

    def __init__(
        self,
        outbox: Outbox,
        photos: Photos,
        trouble: Trouble,
        around: Surroundings,
        *,
        on_orders: Callable[[Desired, Orders], None],
        on_step: Callable[[Step | None], None],
    ) -> None:
        """Takes up what is on the disk. `on_orders` (after a change) and `on_step` are called in the desk's thread."""
        self._outbox, self._photos, self._trouble, self._around = outbox, photos, trouble, around
        self._on_orders, self._on_step = on_orders, on_step
        self._words: queue.Queue[Act | Desired | Observation | None] = queue.Queue(WORDS_MAX)
        self._wish_lock = threading.Lock()
        self._wish: Desired | None = None
        self._desired = outbox.desired
        self._progress = _progress_on(outbox)
        self._sight = Sight()
        self._dots: Dots | None = None
        self._problem: str | None = None
        self._taken: tuple[Frame, bytes] | None = None
        self._page: Page | None = None
        self._opened_s = time.monotonic()
        self._looking = False
        self._told: Orders | None = None
        if self._desired is not None and self._sitting is not None:
            self._progress = follow(self._progress, self._sitting)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sitting", daemon=True)

    def start(self) -> None:
        """Once the monitor has begun with `orders`."""
        self._told = self.orders
        self._thread.start()

    def stop(self, join_s: float = 2.0) -> None:
        self._stop.set()
        self._offer(None)
        self._thread.join(join_s)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def orders(self) -> Orders:
        """What the monitor begins with."""
        sitting, progress = self._sitting, self._progress
        if self._desired is None or sitting is None or progress is None:
            return Orders.without_sitting(self._desired)
        return orders_of(self._desired, sitting, progress, sees_faces=self._around.sees_faces())

    def want(self, desired: Desired) -> None:
        """The newest wish wins; none is ever dropped for what else waits."""
        with self._wish_lock:
            self._wish = desired
        self._offer(None)

    def act(self, act: Act) -> None:
        if not self._offer(act):
            self._trouble.count("screen", "The candidate touches the screen faster than this device acts.")

    def saw(self, observation: Observation) -> None:
        """From the vision thread, for every picture that was looked at."""
        if self._looking:
            self._offer(observation)

    def picture(self) -> bytes | None:
        """What the candidate sees of themselves now: the photo that was taken, else the newest picture, small. Any
        thread. The same object for the same photo."""
        if self._page not in CAMERA_PAGES:
            return None
        taken = self._taken
        if taken is not None:
            return taken[1]
        frame = self._around.newest()
        try:
            return None if frame is None else b"L" + small_jpeg(frame)
        except StorageError:
            return None

    # --- the thread ---

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                words = self._words.get(timeout=TICK_S)
            except queue.Empty:
                words = None
            try:
                self._take_wish()
                if isinstance(words, Act):
                    self._deal_with(words)
                elif isinstance(words, Observation):
                    self._look(words)
                self._pass_time()
                self._tell()
            except Exception:
                self._trouble.count("screen")
                log.exception("The candidate's way could not go on as it should.")

    def _offer(self, words: Act | Observation | None) -> bool:
        try:
            self._words.put_nowait(words)
        except queue.Full:
            return False
        return True

    @property
    def _sitting(self) -> Sitting | None:
        return self._desired.sitting if self._desired is not None else None

    @property
    def _candidate(self) -> Candidate | None:
        sitting, progress = self._sitting, self._progress
        if sitting is None or progress is None:
            return None
        return Candidate(sitting, progress, sees_faces=self._around.sees_faces())

    def _take_wish(self) -> None:
        with self._wish_lock:
            wish, self._wish = self._wish, None
        if wish is None:
            return
        self._desired, self._told = wish, None
        sitting = wish.sitting
        progress = None if sitting is None else follow(self._progress, sitting)
        if progress != self._progress:
            self._progress = progress
            self._keep()
        if sitting is not None:
            log.info("Exam session %s: %s.", sitting.exam_session, sitting.state)

    # --- what the candidate does ---

    def _deal_with(self, act: Act) -> None:
        candidate, now = self._candidate, self._around.now()
        if candidate is None:
            return
        match act.act:
            case "code":
                self._go_on(candidate.enter_code(act.code, now))
            case "acknowledge" if act.notice_version is not None:
                self._go_on(candidate.acknowledge(act.notice_version))
            case "take" if candidate.page in CAMERA_PAGES and self._may_take(candidate.page):
                self._take()
            case "again":
                self._taken, self._problem = None, None
            case "use" if self._taken is not None:
                self._use(candidate, self._taken[0], now)
            case "calibrate" if candidate.page == "calibration":
                self._dots, self._problem = Dots(time.monotonic()), None
            case "calibrate":
                self._go_on(candidate.recalibrate())
            case "without":
                self._go_on(candidate.go_without_dots())
            case "begin":
                self._go_on(candidate.begin(now))
            case "break":
                self._go_on(candidate.ask_break(now))
            case "back":
                self._go_on(candidate.come_back())
            case "finish":
                self._go_on(candidate.finish(now))

    def _may_take(self, page: Page) -> bool:
        if self._around.newest() is None or self._taken is not None:
            return False
        if page == "document" or not self._around.sees_faces() or self._sight.face_seen:
            return True
        return time.monotonic() - self._opened_s >= FACE_PATIENCE_S

    def _take(self) -> None:
        frame = self._around.newest()
        if frame is not None:
            self._taken, self._problem = (frame, b"T" + encode_jpeg(frame)), None

    def _use(self, candidate: Candidate, frame: Frame, now: datetime) -> None:
        """The photo is on the disk before the event that names it. In practice none is kept."""
        try:
            photo = None if candidate.sitting.practice else self._photos.keep(frame)
        except StorageError as error:
            self._trouble.count("evidence_lost", f"{error} The candidate is asked to try again.")
            self._problem = "not_kept"
            return
        self._taken = None
        if candidate.page == "returning":
            self._go_on(candidate.returned(photo, now))
        else:
            self._go_on(candidate.photographed("face" if candidate.page == "photo" else "document", photo))

    def _look(self, observation: Observation) -> None:
        self._sight.see(observation, faces_matter=self._page != "document" and self._around.sees_faces())
        if self._dots is not None and observation.living is not None:
            self._dots.see(observation.living, time.monotonic())

    # --- what follows ---

    def _pass_time(self) -> None:
        candidate, now = self._candidate, self._around.now()
        if candidate is None:
            return
        self._follow_dots(candidate)
        asked_at = candidate.progress.break_asked_at
        if asked_at is not None and not 0 <= (now - asked_at).total_seconds() < BREAK_ASKED_S:
            self._go_on(Outcome(candidate.progress.model_copy(update={"break_asked_at": None})))
        for passed in (Candidate.settled, lambda each: each.time_passed(now, hub_here=self._around.hub_here())):
            again = self._candidate
            if again is not None:
                self._go_on(passed(again))

    def _follow_dots(self, candidate: Candidate) -> None:
        dots = self._dots
        if dots is None:
            return
        if self._around.distracted():
            dots.interrupt(time.monotonic())
        dots.pass_time(time.monotonic())
        if dots.calibration is not None:
            self._go_on(candidate.calibrated(dots.calibration))
        elif dots.problem is not None and candidate.page == "calibration":
            self._go_on(candidate.dots_failed())
        if dots.dot is None or candidate.page != "calibration":
            self._dots, self._problem = None, dots.problem

    def _go_on(self, outcome: Outcome) -> None:
        """The hub is told before the disk knows: a cut between the two repeats a step, and none is missing."""
        if outcome.progress == self._progress and not outcome.steps:
            return
        for step in outcome.steps:
            self._outbox.append(step)
            log.info("Exam session %s: %s.", step.exam_session, step.step.replace("_", " "))
        self._progress = outcome.progress
        self._told = None
        self._keep()

    def _keep(self) -> None:
        try:
            self._outbox.keep("sitting", None if self._progress is None else self._progress.to_json())
        except StorageError as error:
            self._trouble.count("outbox_full" if error.kind == "full" else "outbox_failed", str(error))

    def _tell(self) -> None:
        """Screen and monitor, of what changed."""
        step = self._step()
        self._turn_to(None if step is None else step.page)
        self._on_step(step)
        orders, desired = self.orders, self._desired
        self._looking = orders.looks
        if desired is not None and orders != self._told:
            self._told = orders
            self._on_orders(desired, orders)

    def _turn_to(self, page: Page | None) -> None:
        """What belongs to one page ends with it."""
        if page != self._page:
            self._page, self._opened_s = page, time.monotonic()
            self._taken, self._dots, self._problem, self._sight = None, None, None, Sight()

    def _step(self) -> Step | None:
        sitting, progress = self._sitting, self._progress
        if sitting is None or progress is None:
            return None
        step = step_of(sitting, progress, self._around.now(), sees_faces=self._around.sees_faces())
        if step.page != self._page:
            self._turn_to(step.page)
        dots = self._dots
        return step.model_copy(
            update={
                "taken": self._taken is not None,
                "hint": self._sight.hint,
                "may_take": step.camera and self._may_take(step.page),
                "dot": dots.dot if dots else None,
                "dot_share": round(dots.share, 1) if dots else 0.0,
                "problem": self._problem,
                "uploads": self._around.uploads() if step.page == "finished" else 0,
            }
        )


def _progress_on(outbox: Outbox) -> Progress | None:
    kept = outbox.kept("sitting")
    try:
        return Progress.parse(kept) if kept else None
    except InvalidError as error:
        log.warning("How far the candidate had come cannot be read any more (%s); check-in begins anew.", error)
        return None
