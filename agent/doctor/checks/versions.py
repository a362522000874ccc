"""`versions`: whether the agent that runs is the one that is installed, and fits the hub."""

from agent.config import agent_version
from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient


class Versions(Check):
    name = "versions"
    title = "Versions"
    means = (
        "The agent that runs is the installed one, and of the hub's version; a newer hub understands an older agent."
    )
    advice = "Bring the device to the hub's version: invigil device update."

    def look(self, patient: Patient) -> Finding:
        installed = agent_version()
        status = patient.status
        running = status.health.version if status is not None else installed
        if running != installed:
            advice = "Start the agent again, outside of an exam session: sudo systemctl restart invigil-agent."
            return warning(f"{running} runs, and {installed} is installed", advice=advice)
        hub = status.hub_version if status is not None else ""
        if not hub:
            return unknown(
                f"agent {running}; the hub has not told its version",
                advice="Ask again when the agent runs and the hub is online.",
            )
        said = f"agent {running}, hub {hub}"
        if running == hub:
            return ok(said)
        ours, theirs = _release(running), _release(hub)
        if ours is None or theirs is None:
            return unknown(f"{said}, which cannot be compared")
        if ours > theirs:
            return failed(
                f"{said}: the agent is newer than its hub", advice="Update the hub first: docs/operations.md."
            )
        return failed(said) if ours[0] != theirs[0] else warning(said)


def _release(version: str) -> tuple[int, ...] | None:
    """1.4.2 as numbers; what follows them is left out."""
    numbers = version.split("+")[0].split("-")[0].split(".")
    return tuple(map(int, numbers)) if all(number.isdigit() for number in numbers) else None
