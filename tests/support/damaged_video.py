"""Plays damaged videos in a process of its own, which has a bound on memory and processor time: `python -m … FOLDER`.

For each file of the folder, in order, a line on stdout: its name and `whole`, or the sentence that refuses it.
What ends the process ends it without that file's line, so its parent knows which one it was.
"""

import resource
import sys
from pathlib import Path
from typing import Final

from agent.capture.camera import CameraError, EndOfVideo
from agent.capture.replay import ReplayCamera

MEMORY: Final = 3 * 2**30
"""Of addresses, libraries and threads included; FFmpeg refuses pictures of more than 2^31 bytes by itself."""
CPU_S: Final = 60
"""Of processor time for one file, which has a second of video."""
MOST_FRAMES: Final = 2000


def main(folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for path in sorted(folder.iterdir()):
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = round(spent.ru_utime + spent.ru_stime) + CPU_S
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        print(path.name, play(path), flush=True)


def play(path: Path) -> str:
    camera = ReplayCamera(path)
    try:
        camera.open()
        for _ in range(MOST_FRAMES):
            frame = camera.read()
            assert frame.image.ndim == 3
        return "goes on for ever"
    except EndOfVideo:
        return "whole"
    except CameraError as error:
        return f"refused: {error}".replace("\n", " ")[:200]
    finally:
        camera.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
