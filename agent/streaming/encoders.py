"""Which encoders this device is to try, in which order."""

from agent.errors import DetectorError
from agent.streaming.encoder import EncoderFactory
from agent.streaming.x264 import X264Encoder
from contract.device import EncoderChoice


def factories(choice: EncoderChoice) -> tuple[EncoderFactory, ...]:
    """libx264 comes last whatever is chosen: a picture from the processor is better than none."""
    if choice in ("auto", "libx264"):
        return (X264Encoder,)
    raise DetectorError(f"there is no encoder {choice}")
