"""Microphones through ALSA: sound cards themselves, and PipeWire or PulseAudio where the system leads ALSA to them.

PyAV brings an ALSA library of its own that knows neither the system's configuration nor its plug-ins; unless it is told
where they are it finds no device at all, not even `default`.
"""

import os
import re
import sysconfig
import time
from collections import deque
from pathlib import Path
from typing import Any, Final

import av

from agent.capture.arrival import ArrivalClock
from agent.capture.chunker import Chunker
from agent.capture.microphone import RATE_HZ, AudioChunk
from agent.errors import DetectorError

os.environ.setdefault("ALSA_CONFIG_DIR", "/usr/share/alsa")
os.environ.setdefault("ALSA_PLUGIN_DIR", f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/alsa-lib")

PCM_LIST: Final = Path("/proc/asound/pcm")
"""Lines such as `01-00: USB Audio : USB Audio : playback 1 : capture 1`."""
_INPUT: Final = re.compile(r"^(\d+)-(\d+):.*\bcapture \d+", re.MULTILINE)
MOST_CHANNELS: Final = 2
"""Asked for one channel, and for two where a card has no fewer; a plain `hw:` device does not mix."""


class AlsaMicrophone:
    """One ALSA device, named as ALSA does: `default`, `plughw:1,0`, `pipewire`, `pulse`.

    Chunks are stamped with the monotonic clock. A driver that blocks does so in `read`; `MicrophoneThread` says so.
    """

    def __init__(self, source: str = "default") -> None:
        self.name = f"alsa {source}"
        self._source = source
        self._container: Any = None
        self._frames: Any = None
        self._chunker, self._clock = Chunker(), ArrivalClock()
        self._ready = deque[AudioChunk]()

    def open(self) -> None:
        self.close()
        problem: Exception | None = None
        for channels in range(1, MOST_CHANNELS + 1):
            options = {"sample_rate": str(RATE_HZ), "channels": str(channels)}
            try:
                self._container = av.open(self._source, format="alsa", options=options)
            except (av.error.FFmpegError, OSError, ValueError) as error:
                problem = error
                continue
            self._frames = self._container.decode(audio=0)
            self._chunker, self._clock = Chunker(), ArrivalClock()
            return
        why = getattr(problem, "strerror", None) or problem
        raise DetectorError(
            f"{self.name}: cannot be opened ({why}); is it plugged in, used by no other program, and may the agent's "
            "user use it (group audio)?"
        )

    def read(self) -> AudioChunk:
        if self._frames is None:
            raise DetectorError(f"{self.name}: not open")
        while not self._ready:
            try:
                frame = next(self._frames)
                starts_s = self._clock.starts_s(time.monotonic(), frame.samples / frame.sample_rate)
                self._ready.extend(self._chunker.add(frame, starts_s))
            except StopIteration:
                raise DetectorError(f"{self.name}: vanished") from None
            except (av.error.FFmpegError, OSError, ValueError) as error:
                raise DetectorError(f"{self.name}: vanished ({error})") from error
        return self._ready.popleft()

    def close(self) -> None:
        container, self._container, self._frames = self._container, None, None
        self._ready.clear()
        if container is not None:
            container.close()


def inputs(listed: Path = PCM_LIST) -> list[str]:
    """ALSA's names of what may be a microphone, the system's own choice first; empty where no card has an input."""
    try:
        found = _INPUT.findall(listed.read_text())
    except OSError:
        return []
    return ["default", *(f"plughw:{int(card)},{int(device)}" for card, device in found)] if found else []
