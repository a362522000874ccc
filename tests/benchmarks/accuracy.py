"""How well the pipeline and the peer do on the labelled footage, under the same rules."""

from pathlib import Path

from agent.capture.camera import EndOfVideo
from agent.capture.replay import ReplayCamera
from agent.evaluation.labels import CLASSES, read_labels
from agent.evaluation.recording import Recording, record
from agent.evaluation.score import Counts, overall, score_video
from agent.vision.observation import Observation
from contract.profiles import PROFILES
from tests.benchmarks.peer import Peer
from tests.benchmarks.rows import Row

GOAL = 0.97


def measure(labels: Path, weights_dir: Path) -> Row:
    """Macro-F1 of both, profile strict."""
    videos = read_labels([labels]).videos
    ours = _macro_f1([(video, record(path, weights_dir, "auto", lambda _: None)) for video, path in videos])
    theirs = _macro_f1([(video, _peer_record(path, weights_dir)) for video, path in videos])
    return Row("macro F1 on the labelled footage", ours, "", "higher", GOAL, theirs)


def _peer_record(path: Path, weights_dir: Path) -> Recording:
    peer, camera = Peer(weights_dir), ReplayCamera(path)
    camera.open()
    observations: list[Observation] = []
    try:
        while True:
            observations.append(peer.analyze(camera.read()))
    except EndOfVideo:
        return Recording(path, observations, {}, {}, ())
    finally:
        peer.close()
        camera.close()


def _macro_f1(recorded) -> float:  # type: ignore[no-untyped-def]
    scored = [score_video(video, recording.judge(PROFILES["strict"])) for video, recording in recorded]
    classes = {name: sum((one[name] for one in scored), Counts()) for name in CLASSES}
    return float(overall(classes, 1.0)["macro_f1"])
