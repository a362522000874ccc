"""What evidence costs: a clip against encoding its pictures again, and the encoder that runs so that there can be one.

All of a clip is counted: taking its pictures out of the ring, putting the file together, the boxes beside it, sealing
both and writing them to the disk. Ratios are of one run over the same pictures.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from agent.evidence import mp4
from agent.evidence.clip import boxes_beside, of_one_size
from agent.evidence.ring import PacketRing
from agent.evidence.spool import Spool
from agent.frame import Frame
from agent.health import Trouble
from agent.streaming.encoder import settings_of
from agent.streaming.h264 import EncodedFrame
from agent.streaming.x264 import X264Encoder
from agent.vision.observation import CameraState, Face, HeadPose, Observation
from contract.chain import sha256_hex
from contract.device import StreamingConfig
from tests.benchmarks.frames import FPS
from tests.benchmarks.rows import Row

LENGTH_S: Final = 15
"""Five seconds before and after a violation of five."""
GOAL_PERCENT: Final = 5.0
LIVE: Final = StreamingConfig()


def measure(frames: Sequence[Frame], turns: int) -> list[Row]:
    """`frames` at `FPS`; the clip is as long as they are, at most `LENGTH_S`."""
    frames = frames[: LENGTH_S * FPS]
    seconds = len(frames) / FPS
    with tempfile.TemporaryDirectory() as folder:
        pairs = [_turn(frames, Path(folder) / str(turn)) for turn in range(turns)]
    encoding_s = median(encoding for encoding, _ in pairs)
    ratio = median(100 * clip / encoding for encoding, clip in pairs)
    return [
        Row("evidence: CPU of a clip against encoding it again", ratio, "%", "lower", GOAL_PERCENT),
        Row("  a clip of that length", median(1000 * clip for _, clip in pairs), "ms", "lower"),
        Row("  of one core, the encoder while an exam is monitored", 100 * encoding_s / seconds, "%", "lower"),
    ]


def _turn(frames: Sequence[Frame], folder: Path) -> tuple[float, float]:
    """Processor seconds of encoding, and of a clip of what was encoded."""
    encoded: list[EncodedFrame] = []
    encoding_s = _cpu_s(lambda: encoded.extend(_encode(frames)))
    ring, spool = PacketRing(), Spool(folder, 2**28, Trouble(), bytes(32))
    for frame in encoded:
        ring.put(frame)
    looks = [_look(frame) for frame in frames[::2]]
    return encoding_s, _cpu_s(lambda: _clip(ring, spool, looks))


def _cpu_s(work: Callable[[], None]) -> float:
    before_s = time.process_time()
    work()
    return time.process_time() - before_s


def _encode(frames: Sequence[Frame]) -> list[EncodedFrame]:
    encoder = X264Encoder(settings_of("high", LIVE.high_bps, LIVE.low_bps))
    return [done for i, frame in enumerate(frames) for done in encoder.encode(frame, keyframe=i % (2 * FPS) == 0)]


def _clip(ring: PacketRing, spool: Spool, looks: Sequence[Observation]) -> None:
    frames = of_one_size(ring.video(float("-inf"), float("inf")))
    data = mp4.mux(frames)
    boxes = boxes_beside(sha256_hex(data), frames, looks).to_json()
    spool.put(data, mp4.MEDIA_TYPE)
    spool.put(boxes, "application/json")


def _look(frame: Frame) -> Observation:
    face = Face((200.0, 120.0, 360.0, 330.0), 0.98, HeadPose(3.0, -2.0, 0.0))
    camera = CameraState(120, 50, 300, 3, 40, 5, 0, blocked=False, frozen=False)
    return Observation(frame.captured_s, datetime.now(UTC), frame.frame_wh, (face,), (), camera)
