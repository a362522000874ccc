"""`light`: whether the camera's picture is light enough to tell a face."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient
from agent.sitting.sight import MIN_BRIGHT_PHOTO
from agent.vision.observation import MIN_BRIGHT


class Light(Check):
    name = "light"
    title = "Light"
    means = "The lit part of the camera's picture is bright enough to tell a face from noise. No picture is kept."
    advice = "Switch on the light, take away what covers the lens, turn the camera away from a window."
    limit_s = 25.0
    alone = True

    def look(self, patient: Patient) -> Finding:
        sight = patient.sight()
        if sight.problem or sight.starting or sight.brightness is None:
            return unknown("the camera delivers no picture", advice="See the check of the camera.")
        if sight.covered:
            return failed("there is nothing in the picture: the lens is covered, or the room is dark", 0.0)
        said = f"brightness {sight.brightness:.0f} of 255"
        value = round(sight.brightness)
        if sight.brightness < MIN_BRIGHT:
            return failed(f"{said}: faces cannot be told", value)
        if sight.brightness < MIN_BRIGHT_PHOTO:
            return warning(f"{said}: too dark for the photo of the check-in", value)
        return ok(said, value)
