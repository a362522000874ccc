"""`camera`: whether the camera is there and delivers."""

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient

SLOW_SHARE = 0.6


class Camera(Check):
    name = "camera"
    title = "Camera"
    means = "The camera is there and delivers pictures as often as it should; the agent is asked while it has it open."
    advice = "Check its cable and that no other program has it; list what there is: invigil-agent cameras."
    limit_s = 25.0
    alone = True

    def look(self, patient: Patient) -> Finding:
        wanted = patient.config.camera.fps
        sight = patient.sight()
        if sight.problem:
            return failed(sight.problem)
        if sight.starting:
            return unknown("it is being opened", advice="Ask again in half a minute.")
        said = f"{sight.fps:.0f} of {wanted} pictures a second from {sight.camera or 'the camera'}"
        if sight.fps < SLOW_SHARE * wanted:
            advice = "In dim light some cameras slow down. Else: a USB 2 port, or one that is shared, is too slow."
            return warning(said, round(sight.fps, 1), "fps", advice=advice)
        return ok(said, round(sight.fps, 1), "fps")
