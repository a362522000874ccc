"""Which encoders this device is to try, in which order."""

from agent.streaming import gstreamer, v4l2m2m
from agent.streaming.encoder import EncoderFactory
from agent.streaming.gstreamer import GStreamerEncoder
from agent.streaming.v4l2m2m import V4l2Encoder
from agent.streaming.x264 import X264Encoder
from contract.device import EncoderChoice


def factories(choice: EncoderChoice) -> tuple[EncoderFactory, ...]:
    """libx264 comes last whatever is chosen: a picture from the processor is better than none.

    `auto` tries the hardware that is there. One that is chosen and absent is counted as trouble, once each time that
    somebody begins to watch.
    """
    chosen: dict[EncoderChoice, tuple[EncoderFactory, bool]] = {
        "gstreamer": (GStreamerEncoder, choice == "gstreamer" or (choice == "auto" and gstreamer.present())),
        "v4l2m2m": (V4l2Encoder, choice == "v4l2m2m" or (choice == "auto" and v4l2m2m.present())),
        "libx264": (X264Encoder, True),
    }
    return tuple(factory for factory, wanted in chosen.values() if wanted)
