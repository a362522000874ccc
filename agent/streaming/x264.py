"""libx264: the encoder that every device has."""

from typing import Any, Final

import av

from agent.streaming.encoder import KEYFRAME_EVERY_S
from agent.streaming.libav import LibavEncoder

VBV_S: Final = 0.25
"""How long the stream may be above its rate: so a keyframe has about 20 kB and passes a slow link in half a second."""


class X264Encoder(LibavEncoder):
    """One thread of the processor: a second one saves no time and takes the core that somebody else needs."""

    name = "libx264"

    def _make(self) -> Any:
        bitrate_bps, fps = self._settings.bitrate_bps, self._rate.fps
        context: Any = av.CodecContext.create("libx264", "w")
        context.thread_count = 1
        context.profile = "Baseline"
        options = {
            "repeat-headers": 1,
            "annexb": 1,
            "keyint": KEYFRAME_EVERY_S * fps,
            "min-keyint": 1,
            "scenecut": 0,  # a keyframe is dear; a cut costs no more without one
            "vbv-maxrate": bitrate_bps // 1000,
            "vbv-bufsize": int(bitrate_bps * VBV_S) // 1000,
        }
        context.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "level": "3.1",
            "forced-idr": "1",
            "x264-params": ":".join(f"{key}={value}" for key, value in options.items()),
        }
        return context
