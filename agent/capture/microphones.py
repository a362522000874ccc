"""Which microphone: the one a configuration names, or the first of this device's that delivers."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agent.capture.alsa import PCM_LIST, AlsaMicrophone, inputs
from agent.capture.microphone import AudioChunk, Microphone
from agent.capture.soundtrack import Soundtrack
from agent.errors import DetectorError
from contract.device import MicrophoneConfig

PROBE_CHUNKS = 25
"""Half a second, for the level that a list of microphones shows."""


@dataclass(frozen=True, slots=True)
class FoundMicrophone:
    source: str
    delivers: bool
    detail: str
    """How loud it is, or what is wrong."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def open_microphone(config: MicrophoneConfig) -> Microphone | None:
    """The microphone that `config` describes, not opened yet; None where it wants none."""
    if config.kind == "none":
        return None
    if config.kind == "replay":
        return Soundtrack(config.source, realtime=True, loop=True)
    return AlsaMicrophone(config.source or "default") if config.kind == "alsa" else AutoMicrophone()


def probe_microphones(listed: Path = PCM_LIST) -> list[FoundMicrophone]:
    """Every microphone there may be, each listened to for half a second."""
    found = []
    for source in inputs(listed):
        microphone = AlsaMicrophone(source)
        try:
            microphone.open()
            heard = np.concatenate([microphone.read().samples for _ in range(PROBE_CHUNKS)]).astype(np.float64)
            level_db = 10 * np.log10(np.mean((heard / 32768) ** 2) + 1e-12)
            found.append(FoundMicrophone(source, True, f"{level_db:.0f} dB of full scale now"))
        except DetectorError as error:
            found.append(FoundMicrophone(source, False, str(error)))
        finally:
            microphone.close()
    return found


class AutoMicrophone:
    """The first input that delivers sound, chosen anew at every `open`: it may have been plugged in elsewhere."""

    def __init__(self, listed: Path = PCM_LIST) -> None:
        self.name = "auto"
        self._listed = listed
        self._microphone: Microphone | None = None
        self._first: AudioChunk | None = None

    def open(self) -> None:
        self.close()
        problems = []
        for source in inputs(self._listed):
            microphone = AlsaMicrophone(source)
            try:
                microphone.open()
                self._first = microphone.read()
            except DetectorError as error:
                problems.append(str(error))
                microphone.close()
                continue
            self._microphone, self.name = microphone, microphone.name
            return
        raise DetectorError("; ".join(problems) or "no microphone found: no sound card of this device has an input")

    def read(self) -> AudioChunk | None:
        if self._microphone is None:
            raise DetectorError("auto: not open")
        first, self._first = self._first, None
        return first or self._microphone.read()

    def close(self) -> None:
        microphone, self._microphone, self._first = self._microphone, None, None
        if microphone is not None:
            microphone.close()
