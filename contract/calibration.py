"""How one candidate sits: what straight ahead is, and how far the head turns to see the whole screen.

Measured once at check-in and sent with what the hub wants, so that it survives a restart of the booth.
"""

from pydantic import Field

from contract.wire import Wire


class Calibration(Wire):
    """Angles as the camera sees them: +yaw towards the picture's left edge, +pitch up."""

    yaw_deg: float = Field(0.0, description="of the head while looking at the middle of the screen", ge=-45, le=45)
    pitch_deg: float = Field(0.0, description="the same, up", ge=-45, le=45)
    eyes_left: float = Field(0.0, description="of the eyes against the head then, -1..1", ge=-1, le=1)
    reach_yaw_deg: float = Field(0.0, description="turn from there to the dots at the sides", ge=0, le=45)
    reach_up_deg: float = Field(0.0, description="turn from there to the dot at the top", ge=0, le=45)
    reach_down_deg: float = Field(0.0, description="turn from there to the dot at the bottom", ge=0, le=45)
